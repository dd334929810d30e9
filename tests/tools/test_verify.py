"""What keeps its promises is found whole; whatever breaks one is found, and by the invariant that says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from firstwin.db.engine import clock, read, write
from firstwin.db.tables import attempt, delivery, destination, nudge, rule_version, suppression
from firstwin.outbox.replay import replay
from firstwin.outbox.suppressions import AddressHash
from firstwin.rules.remembered import meaning_of
from firstwin.tools.mails_after import mails_after
from firstwin.tools.verify import verify
from tests.outbox.given import ADDRESSES, NOON, a_rule, answered, deliveries, on_the_wire, rows, sending, taken

LONG = timedelta(hours=1)


def broken(engine: Engine) -> dict[str, tuple[int, ...]]:
    with read(engine) as connection:
        return {found.id: found.examples for found in verify(connection, ADDRESSES) if found.rows}


@pytest.fixture
def lived(engine: Engine) -> Engine:
    """Deliveries in most of their states: each came there as deliveries do."""
    rule = a_rule()
    stored = {"hash": rule.version, "rule": rule.id, "source": "", "stored_at": NOON, "meaning": meaning_of(rule)}
    with write(engine) as connection:
        connection.execute(insert(rule_version).values(stored))
    accepted, refused, unsure, again, _ = sending(engine, 5)
    answered(engine, accepted, "accepted", provider_id="p-1")
    answered(engine, refused, "refused", reason="http_400")
    answered(engine, unsure, "unknown")
    answered(engine, again, "retry", reason="http_503")
    (mail,) = sending(engine, 1, channels=("email",), person="anna")
    answered(engine, mail, "accepted")
    deliveries(engine, 2)
    taken(engine, most=1)
    return engine


def test_what_went_its_way_breaks_nothing(lived: Engine) -> None:
    assert {row.state for row in rows(lived, delivery)} == {
        "delivered", "dead", "unknown", "retry_wait", "sending", "leased", "scheduled",
    }  # fmt: skip
    assert broken(lived) == {}


def test_what_a_person_sent_again_at_once_breaks_nothing(engine: Engine) -> None:
    (first,) = sending(engine)
    answered(engine, first, "unknown")
    with write(engine) as connection:
        replay(connection, [first.id], who="me", why="they say that nothing came")
    (again,) = taken(engine)
    on_the_wire(engine, [again])
    answered(engine, again, "accepted")
    assert broken(engine) == {}


def one(connection: Connection, state: str) -> int:
    """The id of a delivery in this state."""
    found: int = connection.execute(select(delivery.c.id).where(delivery.c.state == state).limit(1)).scalar_one()
    return found


def changes(which: str, /, **values: Any) -> Callable[[Connection], object]:
    def spoil(connection: Connection) -> None:
        connection.execute(update(delivery).where(delivery.c.id == one(connection, which)).values(values))

    return spoil


def changes_attempt(which: str, /, **values: Any) -> Callable[[Connection], object]:
    def spoil(connection: Connection) -> None:
        of_it = attempt.c.delivery_id == one(connection, which)
        connection.execute(update(attempt).where(of_it).values(values))

    return spoil


def holds_for_too_long(connection: Connection) -> None:
    ago = clock(connection) - timedelta(seconds=61)  # the lease was one of 60 s
    of_it = delivery.c.id == one(connection, "leased")
    connection.execute(update(delivery).where(of_it).values(lease_until=ago))


def begins_another(state: str, after: timedelta) -> Callable[[Connection], object]:
    """One more attempt, so long after the end of the one before."""

    def spoil(connection: Connection) -> None:
        last = connection.execute(select(attempt).where(attempt.c.delivery_id == one(connection, state))).one()
        began_at = last.ended_at + after
        row = {"delivery_id": last.delivery_id, "fence": last.fence + 1, "began_at": began_at}
        more = {"ended_at": began_at + LONG, "outcome": "retry"}
        connection.execute(insert(attempt).values(row | more))

    return spoil


def had_asked_for_no_more(connection: Connection) -> None:
    row = {"person_id": "anna", "class": "marketing", "reason": "unsubscribed", "who": "page"}
    connection.execute(insert(suppression).values(row | {"since": clock(connection) - LONG}))


def was_suppressed(connection: Connection, message_class: str = "*", ago: timedelta = LONG) -> None:
    """Its person is not known any more."""
    address = connection.execute(select(delivery.c.address).where(delivery.c.person_id == "anna")).scalar_one()
    row = {"address_hash": ADDRESSES.of(address.upper()), "class": message_class, "reason": "hard_bounce", "who": "ses"}
    connection.execute(insert(suppression).values(row | {"since": clock(connection) - ago}))


def tells_twice(connection: Connection) -> None:
    row = connection.execute(select(delivery).where(delivery.c.id == one(connection, "scheduled"))).one()._asdict()
    del row["id"]
    connection.execute(insert(delivery).values(row | {"key": "another"}))


def is_not_told(connection: Connection) -> None:
    scheduled = one(connection, "scheduled")
    connection.execute(delete(delivery).where(delivery.c.id == scheduled))


def is_tried_out_by_another(connection: Connection) -> None:
    long_ago = clock(connection) - LONG
    values = {"breaker": "half_open", "breaker_since": long_ago, "probe_delivery": 0, "probe_fence": 1}
    connection.execute(update(destination).where(destination.c.name == "crm").values(values))


SPOILT: dict[str, Callable[[Connection], object]] = {
    "known_state": changes("scheduled", state="sent"),
    "accepted_once": changes_attempt("delivered", outcome="retry"),
    "accepted_is_delivered": changes_attempt("retry_wait", outcome="accepted"),
    "sent_is_written_down": changes("leased", state="sending"),
    "settled": changes("dead", settled_at=None),
    "leased": changes("scheduled", leased_by="me", lease_until=None, state="leased"),
    "held_by_nobody_dead": holds_for_too_long,
    "one_probe": is_tried_out_by_another,
    "held_says_why": changes("scheduled", state="held"),
    "attempts_as_scheduled": changes("dead", attempts=9),
    "one_at_a_time": begins_another("retry_wait", -timedelta(milliseconds=1)),
    "on_the_wire": changes("sending", state="leased"),
    "not_too_soon": begins_another("unknown", timedelta(seconds=3)),
    "none_after_a_suppression": had_asked_for_no_more,
    "none_to_a_suppressed_address": was_suppressed,
    "told_once": tells_twice,
    "told_at_all": is_not_told,
}
ALSO = {  # what one fault breaks besides
    "one_at_a_time": {"not_too_soon"},
}


def test_every_invariant_has_its_fault(engine: Engine) -> None:
    with read(engine) as connection:
        assert set(SPOILT) == {found.id for found in verify(connection, ADDRESSES)}


@pytest.mark.parametrize(("message_class", "ago"), [("product", LONG), ("*", timedelta(seconds=30))])
def test_another_class_and_a_wish_that_came_a_moment_before_break_nothing(
    lived: Engine, message_class: str, ago: timedelta
) -> None:
    with write(lived) as connection:
        was_suppressed(connection, message_class, ago)
    assert broken(lived) == {}


def test_addresses_are_looked_at_in_batches_to_the_last(engine: Engine) -> None:
    mails = sending(engine, 12, channels=("email",))
    for mail in mails:
        answered(engine, mail, "accepted")
    with write(engine) as connection:
        since = clock(connection) - LONG
        wishes = [{"address_hash": ADDRESSES.of(f"acme-{n:04}@example.com"), "since": since} for n in (0, 5, 11)]
        same = {"class": "marketing", "reason": "complaint", "who": "ses"}
        connection.execute(insert(suppression).values([wish | same for wish in wishes]))
    with read(engine) as connection:
        assert len(list(mails_after(connection, ADDRESSES, batch=5))) == 3
        assert list(mails_after(connection, AddressHash(("a secret that was lost, of 40 characters",)))) == []


@pytest.mark.parametrize("id_", SPOILT)
def test_what_breaks_an_invariant_is_found(lived: Engine, id_: str) -> None:
    with write(lived) as connection:
        SPOILT[id_](connection)
    found = broken(lived)
    assert set(found) == {id_} | ALSO.get(id_, set())
    assert len(found[id_]) == 1


def test_a_nudge_is_named_by_its_own_id(lived: Engine) -> None:
    with write(lived) as connection:
        is_not_told(connection)
    with read(lived) as connection:
        (found,) = [each for each in verify(connection, ADDRESSES) if each.rows]
    told = {row.nudge_id for row in rows(lived, delivery)}
    assert found.of == "nudge"
    assert set(found.examples) == {row.id for row in rows(lived, nudge)} - told


def test_how_far_it_is_can_be_shown(engine: Engine) -> None:
    told: list[float] = []
    with read(engine) as connection:
        verify(connection, ADDRESSES, told.append)
    assert told == sorted(told)
    assert told[-1] == 1
