"""How a destination stands, in words that an operator can act on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from firstwin.db.engine import read, write
from firstwin.db.tables import destination
from firstwin.outbox.destinations import know
from firstwin.tools.destinations import Destination, destinations, stopped

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(seconds=30)
OPEN: dict[str, Any] = {"breaker": "open", "breaker_since": NOON, "opened_until": SOON, "open_for_s": 30}


def one(engine: Engine, now: datetime = NOON, **values: Any) -> Destination:
    with write(engine) as connection:
        know(connection, ["crm"])
        connection.execute(update(destination).values({"paused_at": None} | values))
    with read(engine) as connection:
        (found,) = destinations(connection, now)
        assert bool(stopped(connection, now)) == (found.stands not in ("well", "failing"))
    return found


@pytest.mark.parametrize(
    ("values", "now", "stands", "says"),
    [
        ({}, NOON, "well", "takes messages"),
        ({"failures_in_row": 1, "failing_since": NOON}, NOON, "failing", "the last attempt failed"),
        ({"failures_in_row": 3, "failing_since": NOON}, NOON, "failing", "the last 3 attempts failed"),
        ({"paused_at": NOON}, NOON, "paused", "paused"),
        (OPEN, NOON, "rests", "since 2026-03-02 12:00:00 UTC; tried again at 2026-03-02 12:00:30 UTC"),
        (OPEN, SOON, "rests", "tried again with the next message"),
        (
            {"breaker": "half_open", "breaker_since": NOON, "probe_delivery": 7, "probe_fence": 1},
            NOON,
            "tried",
            "delivery 7 tries it out",
        ),
        ({"not_before": SOON}, NOON, "asked", "it asked for a rest until 2026-03-02 12:00:30 UTC"),
        ({"not_before": SOON}, SOON, "well", "takes messages"),
        (
            {"disabled_at": NOON, "disabled_why": "http_410", "disabled_told": "ops"},
            NOON,
            "disabled",
            "disabled: http_410 (ops was told); `firstwin senders enable crm` lets it go on",
        ),
        ({"disabled_at": NOON, "disabled_why": "http_410"}, NOON, "disabled", "nobody could be told: see `ops`"),
    ],
)
def test_it_says_since_when_and_until_when(
    engine: Engine, values: dict[str, Any], now: datetime, stands: str, says: str
) -> None:
    found = one(engine, now, **values)
    assert found.stands == stands
    assert says in found.why
