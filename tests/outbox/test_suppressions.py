"""Suppressions by person and by a keyed hash of the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.suppressions import (
    AddressHash,
    Lifted,
    NoSecretError,
    Suppression,
    Why,
    lift,
    suppress,
    suppressed,
)
from tests.outbox.given import ADDRESSES, NOON, rows

OLD, NEW = "an older secret, thirty-two signs", "a newer secret, thirty-two signs."


def kept(
    engine: Engine, message_class: str, why: Why = "unsubscribed", *, person: str | None = None, address: str = ""
) -> None:
    hash_ = ADDRESSES.of(address) if address else None
    with write(engine) as connection:
        suppress(
            connection,
            Suppression(person, hash_, message_class, why, "page"),
            NOON + timedelta(days=len(message_class)),
        )


def test_an_address_cannot_be_read_from_its_hash_and_counts_in_any_spelling() -> None:
    assert ADDRESSES.of("Anna@Example.com ") == ADDRESSES.of("anna@example.com")
    assert AddressHash((NEW,)).of("anna@example.com") != ADDRESSES.of("anna@example.com")
    assert "anna" not in ADDRESSES.of("anna@example.com")


def test_without_a_secret_no_address_is_hashed() -> None:
    with pytest.raises(NoSecretError):
        AddressHash().of("anna@example.com")


def test_what_was_kept_under_an_older_secret_still_holds(engine: Engine) -> None:
    with write(engine) as connection:
        old = AddressHash((OLD,)).of("anna@example.com")
        suppress(connection, Suppression(None, old, "*", "by_hand", "me"), NOON)
    for secrets, found in (((NEW, OLD), {"anna@example.com": {"*"}}), ((NEW,), {})):
        with read(engine) as connection:
            assert suppressed(connection, AddressHash(secrets), [], ["anna@example.com"]) == found


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ({}, []),
        ({"message_class": "marketing"}, ["*"]),
        ({"why": "hard_bounce"}, ["marketing"]),
        ({"why": "complaint"}, ["*", "marketing"]),
    ],
)
def test_what_is_taken_back_is_what_was_meant(engine: Engine, which: dict[str, object], left: list[str]) -> None:
    kept(engine, "marketing", person="anna")
    kept(engine, "*", "hard_bounce", address="anna@example.com")
    kept(engine, "*", person="ben")
    with write(engine) as connection:
        lift(connection, ADDRESSES, person="anna", address="anna@example.com", **which)  # type: ignore[arg-type] # as given
    assert sorted(row._mapping["class"] for row in rows(engine, tables.suppression) if row.person_id != "ben") == left
    assert "ben" in {row.person_id for row in rows(engine, tables.suppression)}


def test_it_is_told_what_was_taken_back(engine: Engine) -> None:
    kept(engine, "marketing", person="anna")
    with write(engine) as connection:
        assert lift(connection, ADDRESSES, person=None, address="anna@example.com") == []
        (done,) = lift(connection, ADDRESSES, person="anna", address=None)
    assert done == Lifted("marketing", "unsubscribed", NOON + timedelta(days=9))


def test_nobody_is_not_everybody(engine: Engine) -> None:
    kept(engine, "*", address="anna@example.com")
    kept(engine, "*", person="anna")
    with write(engine) as connection:
        assert lift(connection, ADDRESSES, person=None, address=None) == []
