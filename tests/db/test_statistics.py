"""What SQLite's planner believes of the facts, before and after somebody sees to it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, text

from firstwin.db import statistics
from firstwin.db.bulk import append
from firstwin.db.engine import read, write
from firstwin.db.statistics import renew_statistics
from firstwin.db.tables import event, event_name
from firstwin.db.types import EPOCH

COLUMNS = ("account_id", "name", "props", "occurred_at", "received_at", "known_at")
NAMES, EACH = ("opened", "saved"), 10_000


@pytest.fixture
def facts(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database of facts, which count as many."""
    monkeypatch.setattr(statistics, "FEW", 1_000)
    with write(sqlite_engine) as connection:
        append(connection, event, COLUMNS, [(f"a{n}", name, "{}", n, n, n) for name in NAMES for n in range(EACH)])
        counts = [{"name": name, "first_at": EPOCH, "last_at": EPOCH, "count": EACH} for name in NAMES]
        connection.execute(insert(event_name), counts)
    return sqlite_engine


def believed(engine: Engine) -> int:
    with read(engine) as connection:
        return statistics._believed(connection)


def test_where_nobody_looked_the_planner_learns_how_many_there_are_of_a_name(facts: Engine) -> None:
    assert believed(facts) == 0
    renew_statistics(facts)
    assert believed(facts) == EACH


@pytest.mark.parametrize(("stat", "after"), [("20000 667 1", EACH), ("20000 4000 1", 4000)])
def test_it_looks_again_where_it_is_far_off(facts: Engine, stat: str, after: int) -> None:
    renew_statistics(facts)
    with write(facts) as connection:
        changed = text("UPDATE sqlite_stat1 SET stat = :stat WHERE idx = 'ix_event_name_occurred_at'")
        connection.execute(changed, {"stat": stat})
    renew_statistics(facts)
    assert believed(facts) == after


def test_it_waits_for_nobody_who_writes(facts: Engine) -> None:
    with write(facts):
        renew_statistics(facts)
    assert believed(facts) == 0


def test_of_few_facts_nothing_is_noted(facts: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "FEW", 100_000)
    renew_statistics(facts)
    assert believed(facts) == 0
