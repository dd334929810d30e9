"""Whom a name or an address means, and suppressions by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.suppressions import AddressHash, NoSecretError, suppressed
from firstwin.tools.suppressing import CLASSES, READS, Whom, by_hand, lifted, listed, whom
from tests.outbox.given import ADDRESSES

ADA = Whom("ada", "ada@example.com")


@pytest.fixture
def people(engine: Engine) -> Engine:
    with write(engine) as connection:
        for id_, traits in (("ada", {"email": "ada@example.com"}), ("ben", {}), ("cy@example.com", {"email": 7})):
            connection.execute(insert(tables.person).values(id=id_, traits=traits, asserted={}))
        connection.execute(insert(tables.alias).values(previous_id="anon", person_id="ada"))
    return engine


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ada", ADA),
        ("anon", ADA),
        ("ben", Whom("ben", None)),
        ("cy@example.com", Whom("cy@example.com", "cy@example.com")),
        ("ada@example.com", Whom(None, "ada@example.com")),
        ("dora", None),
        ("", None),
        ("not an@address", None),
    ],
)
def test_whom_a_name_or_an_address_means(people: Engine, said: str, meant: Whom | None) -> None:
    with read(people) as connection:
        assert whom(connection, said) == meant


@pytest.mark.parametrize("message_class", CLASSES.values())
def test_by_hand_it_holds_and_is_taken_back(people: Engine, message_class: str) -> None:
    with write(people) as connection:
        assert by_hand(connection, ADDRESSES, ADA, message_class, who="me", note="she called")
        assert not by_hand(connection, ADDRESSES, ADA, message_class, who="you", note=None)
        for person, address in (["ada"], []), ([], ["ADA@example.com"]):
            assert set(suppressed(connection, ADDRESSES, person, address).values()) == {frozenset({message_class})}
        (row,) = listed(connection, ADDRESSES)
        assert (row["person_id"], row["who"], row["note"], row["reason"]) == ("ada", "me", "she called", "by_hand")
        assert [one.message_class for one in lifted(connection, ADDRESSES, ADA, None)] == [message_class]
        assert listed(connection, ADDRESSES) == []


def test_a_person_without_an_address_needs_no_secret_and_an_address_does(people: Engine) -> None:
    with write(people) as connection:
        assert by_hand(connection, AddressHash(), Whom("ben", None), "*", who="me", note=None)
        with pytest.raises(NoSecretError):
            by_hand(connection, AddressHash(), ADA, "*", who="me", note=None)


def test_the_list_is_of_one_or_of_all_the_newest_first(people: Engine) -> None:
    with write(people) as connection:
        for whose in (ADA, Whom("ben", None), Whom(None, "ada@example.com")):
            by_hand(connection, ADDRESSES, whose, "marketing", who="me", note=None)
    with read(people) as connection:
        assert [row["person_id"] for row in listed(connection, ADDRESSES)] == [None, "ben", "ada"]
        assert [row["person_id"] for row in listed(connection, ADDRESSES, ADA)] == [None, "ada"]
        assert [row["person_id"] for row in listed(connection, ADDRESSES, Whom("ben", None))] == ["ben"]
        assert len(listed(connection, ADDRESSES, limit=2)) == 2


def test_every_class_that_is_no_rules_own_has_a_name() -> None:
    assert set(READS) == {"*", "*-service", "*-weekly"}
