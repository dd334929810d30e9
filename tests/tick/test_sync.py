from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import Run, open_run
from firstwin.rules.terms import Again, Alert, EventStart, Rule, Step
from firstwin.tick.sync import sync_rules

T0 = datetime(2026, 6, 1, tzinfo=UTC)
RULES = tuple(
    Rule(
        name,
        "account",
        EventStart(("signed_up",)),
        (Step("", timedelta(), (Alert("look", "cs"),)),),
        Again("never"),
        version=name,
    )
    for name in ("one", "two", "three")
)


@pytest.mark.parametrize("workers", [4])
def test_workers_that_start_together_know_one_run_and_each_rule_once(engine: Engine, workers: int) -> None:
    together = Barrier(workers)

    def begin(_: int) -> Run:
        together.wait()
        with write(engine) as connection:
            run = open_run(connection, tables.LIVE)
            sync_rules(connection, run.id, RULES, T0)
        return run

    with ThreadPoolExecutor(workers) as pool:
        runs = list(pool.map(begin, range(workers)))
    assert len(set(runs)) == 1
    with read(engine) as connection:
        assert sorted(connection.execute(select(tables.rule.c.id)).scalars()) == ["one", "three", "two"]
