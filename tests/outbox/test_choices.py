"""What people choose on the page, and what holds for them then."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.choices import Choice, Stopped, choose, stopped
from firstwin.outbox.suppressions import Suppression, suppress
from firstwin.outbox.way_out import Left
from tests.outbox.given import ADDRESSES, NOON, rows

ANNA = Left(7, "anna", "Anna@Example.com", "marketing", trial=False)
NOTHING = Stopped(this_class=False, all=False, less=False)


def chose(engine: Engine, *choices: Choice, left: Left = ANNA) -> Stopped:
    with write(engine) as connection:
        for choice in choices:
            choose(connection, ADDRESSES, left, choice, who="page", at=NOON)
    return holds(engine, left)


def holds(engine: Engine, left: Left = ANNA) -> Stopped:
    with read(engine) as connection:
        return stopped(connection, ADDRESSES, left)


def written(engine: Engine, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row._mapping[name] for name in names) for row in rows(engine, tables.suppression)]


@pytest.mark.parametrize(
    ("choice", "message_class", "then"),
    [
        ("class", "marketing", Stopped(this_class=True, all=False, less=False)),
        ("all", "*-service", Stopped(this_class=True, all=True, less=False)),
        ("less", "*-weekly", Stopped(this_class=False, all=False, less=True)),
    ],
)
def test_a_choice_holds_for_the_person_and_for_the_address(
    engine: Engine, choice: Choice, message_class: str, then: Stopped
) -> None:
    assert holds(engine) == NOTHING
    assert chose(engine, choice) == then
    wished = ("anna", ADDRESSES.of("anna@example.com"), message_class, "unsubscribed", NOON, "page")
    assert written(engine, "person_id", "address_hash", "class", "reason", "since", "who") == [wished]
    assert holds(engine, Left(8, "anna", "new@example.com", "marketing", trial=False)) == then
    assert holds(engine, Left(9, "somebody", "anna@example.com", "marketing", trial=False)) == then


def test_the_same_twice_is_kept_once(engine: Engine) -> None:
    chose(engine, "class", "class")
    assert len(rows(engine, tables.suppression)) == 1


def test_back_again_takes_every_choice_back(engine: Engine) -> None:
    assert chose(engine, "class", "less", "all", "back") == NOTHING
    assert rows(engine, tables.suppression) == []


def test_back_again_does_not_take_back_what_others_said(engine: Engine) -> None:
    with write(engine) as connection:
        bounced = Suppression("anna", ADDRESSES.of("anna@example.com"), "*", "hard_bounce", "postmark")
        suppress(connection, bounced, NOON)
        suppress(connection, Suppression("ben", None, "marketing", "unsubscribed", "page"), NOON)
    assert chose(engine, "class", "back").all
    assert written(engine, "person_id", "reason") == [("anna", "hard_bounce"), ("ben", "unsubscribed")]


@pytest.mark.parametrize("choice", get_args(Choice))
def test_a_tester_changes_nothing(engine: Engine, choice: Choice) -> None:
    chose(engine, "less")
    before = written(engine, "id", "class")
    chose(engine, choice, left=Left(7, "anna", "anna@example.com", "marketing", trial=True))
    assert written(engine, "id", "class") == before


@pytest.mark.parametrize("choice", get_args(Choice))
def test_somebody_who_was_forgotten_is_not_written_down_again(engine: Engine, choice: Choice) -> None:
    nobody = Left(7, None, None, "marketing", trial=False)
    assert chose(engine, choice, left=nobody).all
    assert rows(engine, tables.suppression) == []


def test_what_holds_for_others_without_a_name_holds_for_nobody_else(engine: Engine) -> None:
    with write(engine) as connection:
        suppress(connection, Suppression(None, ADDRESSES.of("other@example.com"), "*", "by_hand", "me"), NOON)
    assert holds(engine) == NOTHING
    assert holds(engine, Left(7, "anna", None, "marketing", trial=False)) == NOTHING
