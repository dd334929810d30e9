"""What is done with what mail providers tell."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import Engine, update

from firstwin.cli.status import OUTCOMES
from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.outbox.bounces import KEPT, SILENCES, Kind, Once, Told, bind, bound, take
from firstwin.outbox.suppressions import AddressHash, NoSecretError
from tests.outbox.given import ADDRESSES, NOON, answered, deliveries, on_the_wire, row_of, rows, sending, taken

ADDRESS = "acme-0000@example.com"
MESSAGE_ID = "<0123@acme.example>"


def told(kind: Kind = "hard_bounce", address: str = ADDRESS, **more: Any) -> Told:
    return replace(Told(kind, address, "e1", NOON, detail="5.1.1"), **more)


def take_in(engine: Engine, *what: Told, hashed: AddressHash = ADDRESSES, provider: str = "ses") -> int:
    with write(engine) as connection:
        return take(connection, hashed, provider, what)


def suppressions(engine: Engine) -> Sequence[Any]:
    found = [row._mapping for row in rows(engine, tables.suppression)]
    return [(row["person_id"], row["address_hash"], row["class"], row["reason"], row["who"]) for row in found]


def a_delivered_mail(engine: Engine, person: str = "anna") -> int:
    (leased,) = sending(engine, channels=("email",), person=person)
    answered(engine, leased, "accepted", provider_id=MESSAGE_ID)
    return leased.id


def test_a_hard_bounce_is_kept_and_its_address_never_mailed_again(engine: Engine) -> None:
    assert take_in(engine, told()) == 1
    (kept,) = rows(engine, tables.outcome)
    assert (kept.provider, kept.event_id, kept.kind, kept.at) == ("ses", "e1", "hard_bounce", NOON)
    assert (kept.address_hash, kept.delivery_id, kept.detail) == (ADDRESSES.of(ADDRESS), None, "5.1.1")
    assert suppressions(engine) == [(None, ADDRESSES.of(ADDRESS), "*", "hard_bounce", "ses")]


@pytest.mark.parametrize("kind", ["hard_bounce", "complaint", "unsubscribed"])
def test_a_delivery_planned_before_is_suppressed_at_the_wire(engine: Engine, kind: Kind) -> None:
    (id_,) = deliveries(engine, channels=("email",), person="anna")
    leased = taken(engine, "mail")
    take_in(engine, told(kind, address=ADDRESS.upper()))
    assert on_the_wire(engine, leased).sending == frozenset()
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("suppressed", "suppressed")


def test_a_soft_bounce_is_only_kept(engine: Engine) -> None:
    (id_,) = deliveries(engine, channels=("email",))
    assert take_in(engine, told("soft_bounce")) == 1
    assert [row.kind for row in rows(engine, tables.outcome)] == ["soft_bounce"]
    assert suppressions(engine) == []
    assert on_the_wire(engine, taken(engine, "mail")).sending == {id_}


def test_whatever_is_told_again_changes_nothing(engine: Engine) -> None:
    for _ in range(3):
        take_in(engine, told())
    assert take_in(engine, told(), told()) == 0
    assert take_in(engine, told("complaint")) == 0
    assert len(rows(engine, tables.outcome)) == len(suppressions(engine)) == 1


def test_two_providers_may_use_the_same_id(engine: Engine) -> None:
    assert take_in(engine, told(), provider="ses") == take_in(engine, told(), provider="mailgun") == 1


def test_the_same_told_at_once_is_taken_once(engine: Engine) -> None:
    batch = [told(event_id=f"e{number}", address=f"p{number}@example.com") for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda events: take_in(engine, *events), [batch, batch[::-1], batch, batch[::-1]]))
    assert sum(counts) == len(rows(engine, tables.outcome)) == len(suppressions(engine)) == 20


@pytest.mark.parametrize("name", [MESSAGE_ID, MESSAGE_ID.strip("<>")])
def test_the_delivery_is_found_by_the_name_of_its_message(engine: Engine, name: str) -> None:
    id_ = a_delivered_mail(engine)
    take_in(engine, told(message_ids=("another", name)))
    assert [row.delivery_id for row in rows(engine, tables.outcome)] == [id_]


@pytest.mark.parametrize("kind", ["complaint", "unsubscribed"])
def test_a_wish_is_the_persons_at_any_address(engine: Engine, kind: Kind) -> None:
    a_delivered_mail(engine)
    take_in(engine, told(kind, message_ids=(MESSAGE_ID,)))
    assert suppressions(engine) == [("anna", ADDRESSES.of(ADDRESS), SILENCES[kind], kind, "ses")]


def test_a_person_whose_address_died_may_have_another(engine: Engine) -> None:
    a_delivered_mail(engine)
    take_in(engine, told(message_ids=(MESSAGE_ID,)))
    assert suppressions(engine) == [(None, ADDRESSES.of(ADDRESS), "*", "hard_bounce", "ses")]


def test_a_mail_that_went_elsewhere_says_nothing_of_the_person(engine: Engine) -> None:
    """A staging system sends everything to one address."""
    a_delivered_mail(engine)
    take_in(engine, told("complaint", address="staging@example.com", message_ids=(MESSAGE_ID,)))
    assert suppressions(engine) == [(None, ADDRESSES.of("staging@example.com"), "*", "complaint", "ses")]
    assert [row.delivery_id is None for row in rows(engine, tables.outcome)] == [False]


@pytest.mark.parametrize("address", ["anna@bücher.example", "Anna@BÜCHER.example", "anna@xn--bcher-kva.example"])
def test_a_domain_in_another_spelling_is_the_same(engine: Engine, address: str) -> None:
    take_in(engine, told(address=address))
    found = {address_hash for _, address_hash, *_ in suppressions(engine)}
    assert {ADDRESSES.of("anna@bücher.example"), ADDRESSES.of("anna@xn--bcher-kva.example")} <= found


@pytest.mark.parametrize("address", ["anna@xn--a.example", "anna@" + "ü" * 300, "nobody", ""])
def test_a_domain_that_is_none_is_taken_as_it_is_written(engine: Engine, address: str) -> None:
    assert take_in(engine, told(address=address)) == 1
    assert [row[1] for row in suppressions(engine)] == [ADDRESSES.of(address)]


def test_what_is_said_to_lie_ahead_is_noted_as_now(engine: Engine) -> None:
    with read(engine) as connection:
        now = clock(connection)
    take_in(engine, told(at=now + timedelta(days=900)), told(event_id="e2", at=None))
    assert all(timedelta(0) <= row.at - now < timedelta(minutes=1) for row in rows(engine, tables.outcome))


def test_without_a_secret_nothing_is_kept(engine: Engine) -> None:
    with pytest.raises(NoSecretError):
        take_in(engine, told(), hashed=AddressHash())
    assert rows(engine, tables.outcome) == []


def test_no_row_holds_the_address(engine: Engine) -> None:
    take_in(engine, told(), told("complaint", event_id="e2"))
    kept = [*rows(engine, tables.outcome), *rows(engine, tables.suppression)]
    assert kept
    assert not [row for row in kept if "acme-0000" in str(row)]


def test_a_token_is_good_for_one_body(engine: Engine) -> None:
    for body, good in (("a", True), ("a", True), ("b", False), ("a", True)):
        with write(engine) as connection:
            assert bind(connection, "mailgun", Once("t", body)) is good
    with read(engine) as connection:
        assert bound(connection, "mailgun", Once("t", "a"))
        assert not bound(connection, "mailgun", Once("t", "b"))
        assert not bound(connection, "mailgun", Once("u", "a"))


def test_tokens_are_forgotten_when_they_are_good_for_nothing_any_more(engine: Engine) -> None:
    for token in ("old", "young"):
        with write(engine) as connection:
            bind(connection, "mailgun", Once(token, "a"))
    for token, age in (("old", KEPT + timedelta(minutes=1)), ("young", KEPT - timedelta(minutes=1))):
        with write(engine) as connection:
            aged = update(tables.hook_token).where(tables.hook_token.c.token == token)
            connection.execute(aged.values(at=clock(connection) - age))
    with write(engine) as connection:
        bind(connection, "mailgun", Once("new", "a"))
    assert {row.token for row in rows(engine, tables.hook_token)} == {"young", "new"}


def test_every_kind_has_a_word_in_status() -> None:
    assert set(OUTCOMES) == set(get_args(Kind))
