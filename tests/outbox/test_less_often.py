"""Those who asked for less mail get one in a week at most."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.claim import fences
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.wire import wire
from tests.outbox.given import (
    ADDRESSES,
    NOON,
    REPLAY,
    a_rule,
    answered,
    deliveries,
    force,
    on_the_wire,
    open_gates,
    row_of,
    sending,
    taken,
)

MAIL: dict[str, Any] = {"channels": ("email",), "person": "anna", "expires_at": NOON + timedelta(days=90)}


def asks_for_less(engine: Engine, **who: str) -> None:
    row = {"class": "*-weekly", "reason": "unsubscribed", "since": NOON, "who": "page"}
    with write(engine) as connection:
        connection.execute(tables.suppression.insert().values(row | (who or {"person_id": "anna"})))


def gets_one(engine: Engine, **about: Any) -> int:
    (leased,) = sending(engine, **{**MAIL, **about})
    answered(engine, leased, "accepted")
    return leased.id


def then(engine: Engine, **later: float) -> None:
    with write(engine) as connection:
        set_clock(connection, REPLAY, NOON + timedelta(**later))


def goes_out(engine: Engine, **about: Any) -> bool:
    """Whether another mail, of another rule, goes to the wire now."""
    (id_,) = deliveries(engine, **{**MAIL, "rule": a_rule("another"), **about})
    sent = on_the_wire(engine, taken(engine, "mail")).sending
    if not sent:
        assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("suppressed", "less_often")
    return sent == {id_}


@pytest.mark.parametrize(("days", "goes"), [(0, False), (6.99, False), (7, True), (30, True)])
def test_a_week_passes_between_two(engine: Engine, days: float, goes: bool) -> None:
    gets_one(engine)
    asks_for_less(engine)
    then(engine, days=days)
    assert goes_out(engine) is goes


def test_whoever_has_not_asked_gets_what_comes(engine: Engine) -> None:
    gets_one(engine)
    assert goes_out(engine)


def test_the_first_goes_out(engine: Engine) -> None:
    asks_for_less(engine)
    assert goes_out(engine)


def test_a_mail_to_somebody_else_does_not_count(engine: Engine) -> None:
    gets_one(engine, person="ben")
    asks_for_less(engine)
    assert goes_out(engine)


def test_service_mail_neither_counts_nor_waits(engine: Engine) -> None:
    force(engine, gets_one(engine), **{"class": "service"})
    asks_for_less(engine)
    assert goes_out(engine)
    (id_,) = deliveries(engine, rule=a_rule("third"), **MAIL)
    force(engine, id_, **{"class": "service"})
    assert on_the_wire(engine, taken(engine, "mail")).sending == {id_}


def test_what_is_on_the_wire_counts(engine: Engine) -> None:
    sending(engine, **MAIL)
    asks_for_less(engine)
    assert not goes_out(engine)


@pytest.mark.parametrize(("days", "goes"), [(1, False), (9, True)])
def test_what_may_have_arrived_counts(engine: Engine, days: float, goes: bool) -> None:
    (leased,) = sending(engine, **MAIL)
    answered(engine, leased, "unknown")
    asks_for_less(engine)
    then(engine, days=days)
    assert goes_out(engine) is goes


def test_what_was_refused_does_not_count(engine: Engine) -> None:
    (leased,) = sending(engine, **MAIL)
    answered(engine, leased, "refused", reason="smtp_550")
    asks_for_less(engine)
    assert goes_out(engine)


def test_the_same_address_is_the_same_person_however_it_is_spelled(engine: Engine) -> None:
    force(engine, gets_one(engine, person="ben"), address="Acme-0001@Example.com".lower())
    asks_for_less(engine, address_hash=ADDRESSES.of("acme-0001@example.com"))
    (id_,) = deliveries(engine, **{**MAIL, "rule": a_rule("another")})
    force(engine, id_, address="ACME-0001@example.com")
    assert on_the_wire(engine, taken(engine, "mail")).sending == frozenset()


def test_of_two_at_once_one_goes(engine: Engine) -> None:
    asks_for_less(engine)
    first, second = deliveries(engine, 2, **MAIL)
    wired = on_the_wire(engine, taken(engine, "mail"))
    assert wired.sending == {first}
    assert row_of(engine, second).reason == "less_often"


def test_of_two_whose_first_is_not_wanted_any_more_the_second_goes(engine: Engine) -> None:
    asks_for_less(engine)
    first, second = deliveries(engine, 2, **MAIL)
    leased = taken(engine, "mail")
    force(engine, first, expires_at=NOON - timedelta(days=1))
    assert on_the_wire(engine, leased).sending == {second}


@pytest.mark.slow
def test_of_two_workers_at_the_same_moment_one_sends(postgres_engine: Engine) -> None:
    """SQLite has one writer anyway."""
    asks_for_less(postgres_engine)
    first, second = deliveries(postgres_engine, 2, **MAIL)
    one, other = taken(postgres_engine, "mail")
    how: dict[str, Any] = {"gates": open_gates, "hashed": ADDRESSES, "restraint": Restraint()}
    with ThreadPoolExecutor(1) as beside:
        with write(postgres_engine) as connection:
            assert wire(connection, REPLAY, fences([one]), **how).sending == {first}
            later = beside.submit(on_the_wire, postgres_engine, [other])
            assert wait([later], timeout=0.3).not_done  # it asks only when this one is through
        assert later.result().sending == frozenset()
    assert row_of(postgres_engine, second).reason == "less_often"
