"""Pauses of everything and of single rules."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.decide.value import Reason
from firstwin.outbox.pause import Pauses, pause, pauses, resume
from tests.outbox.given import NOON, rows


def standing(engine: Engine) -> Pauses:
    with read(engine) as connection:
        return pauses(connection)


def test_a_pause_is_kept_with_who_and_why_until_it_is_ended(engine: Engine) -> None:
    with write(engine) as connection:
        assert pause(connection, "no-login", who="ada", why="the feed broke", at=NOON)
        assert not pause(connection, "no-login", who="ben", why=None, at=NOON)
    (row,) = rows(engine, tables.pause)
    assert (row.scope, row.who, row.why, row.since) == ("no-login", "ada", "the feed broke", NOON)
    with write(engine) as connection:
        assert resume(connection, "no-login")
        assert not resume(connection, "no-login")
    assert rows(engine, tables.pause) == []


def test_a_rule_is_held_by_its_own_pause_or_by_that_of_everything(engine: Engine) -> None:
    assert standing(engine).holds("no-login") is None
    with write(engine) as connection:
        pause(connection, "no-login", who="ada", why=None, at=NOON)
    assert standing(engine).holds("no-login") is Reason.RULE_PAUSED
    assert standing(engine).holds("another") is None
    with write(engine) as connection:
        pause(connection, None, who="ada", why=None, at=NOON)
    assert standing(engine).holds("another") is Reason.PAUSED
