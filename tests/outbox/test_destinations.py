"""Destinations that take messages, and those that do not."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.destinations import disable, enable, know, pause_destination
from firstwin.outbox.holds import Holds, holds
from tests.outbox.given import NOON, rows


def test_a_destination_is_known_once(engine: Engine) -> None:
    for _ in range(2):
        with write(engine) as connection:
            know(connection, ["crm", "mail"])
    with write(engine) as connection:
        know(connection, [])
    assert sorted(row.name for row in rows(engine, tables.destination)) == ["crm", "mail"]


def test_a_paused_or_disabled_destination_is_stopped_until_it_is_enabled(engine: Engine) -> None:
    with write(engine) as connection:
        know(connection, ["crm", "mail", "ops"])
        pause_destination(connection, "mail", NOON)
        disable(connection, {"crm": "http_410"}, NOON)
        disable(connection, {"crm": "http_404"}, NOON)
    with read(engine) as connection:
        assert holds(connection).destinations == {"crm", "mail"}
    why = {row.name: row.disabled_why for row in rows(engine, tables.destination)}
    assert why == {"crm": "http_410", "mail": None, "ops": None}
    with write(engine) as connection:
        assert enable(connection, "crm")
        assert enable(connection, "mail")
        assert not enable(connection, "ops")
        assert holds(connection) == Holds()
