from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from structlog.testing import capture_logs

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import Run
from firstwin.rules.terms import Again, Alert, EventStart, Rule, Step
from firstwin.tick.environment import Environment
from firstwin.tick.live import LiveTicks
from firstwin.tick.sync import sync_rules

T0 = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RUN = Run("live", T0, T0, 1, sends=True)
ENV = Environment(
    tuple(
        Rule(
            name,
            "account",
            EventStart(("signed_up",)),
            (Step("", MINUTE, (Alert("look", "cs"),)),),
            Again("never"),
            version=name,
        )
        for name in ("broken", "sound")
    )
)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def broken(engine: Engine) -> LiveTicks:
    """Both rules have done a slot, and what one of them had seen is then overwritten with nonsense."""
    with write(engine) as connection:
        sync_rules(connection, "live", ENV.rules, T0)
    ticks = LiveTicks(engine)
    assert outcomes(ticks, 0) == {"broken": "done", "sound": "done"}
    mark(engine, seen="nonsense")
    return ticks


def outcomes(ticks: LiveTicks, minutes: int) -> dict[str, str]:
    return {one.rule: one.outcome for one in ticks.tick(ENV, RUN, T0 + minutes * MINUTE, ["broken", "sound"])}


def mark(engine: Engine, **values: str | None) -> None:
    with write(engine) as connection:
        connection.execute(update(tables.rule).where(tables.rule.c.id == "broken").values(values))


def errors(engine: Engine) -> dict[str, str | None]:
    with read(engine) as connection:
        rows = connection.execute(select(tables.rule.c.id, tables.rule.c.error))
        return {row.id: row.error for row in rows}


def test_a_rule_that_fails_says_why_and_the_others_have_their_turn(
    broken: LiveTicks, engine: Engine, logged: list[MutableMapping[str, Any]]
) -> None:
    assert outcomes(broken, 1) == {"broken": "failed", "sound": "done"}
    assert [(line["event"], line["rule"]) for line in logged] == [("tick.failed", "broken")]
    assert errors(engine)["sound"] is None
    assert "nonsense" in str(errors(engine)["broken"])


def test_it_is_tried_again_at_the_next_slot_and_its_error_goes_when_that_is_done(
    broken: LiveTicks, engine: Engine
) -> None:
    outcomes(broken, 1)
    mark(engine, seen=None, last_slot=None)
    assert outcomes(broken, 1)["broken"] == "failed"
    assert errors(engine)["broken"] is not None
    assert outcomes(broken, 2)["broken"] == "done"
    assert errors(engine)["broken"] is None
