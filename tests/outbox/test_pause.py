"""Pauses of everything and of single rules."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.pause import pause, resume
from tests.outbox.given import NOON, rows


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
