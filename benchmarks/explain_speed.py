"""How long `firstwin explain` takes beside a million other accounts, and whether any of its questions reads a whole table.

    python -m benchmarks.explain_speed [--accounts 1000000] [--databases sqlite postgresql]

The start of the process apart: `first` is an answer with every statement written for the first time, as at the command line
(the best of 7, since a busy machine is not a slow one); `median` is that of 20 further accounts. Milliseconds; at most 100 are promised.
"""

from __future__ import annotations

import argparse
import math
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from benchmarks.match_speed import DAY, QUIET, T0, THREE, add_cohort, database, fill, ticks, timed
from sqlalchemy import Connection, Engine, event

from firstwin.db import tables
from firstwin.db.engine import look, write
from firstwin.db.runs import Run, open_run
from firstwin.rules.project import Project, parse_project
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tick.feeds import Feeds
from firstwin.tick.sync import sync_rules
from firstwin.tools.explain.explain import explain
from firstwin.tools.whom import Several, whom

PROMISED_MS = 100
ACCOUNTS = ("h0-0-1", *(f"h{tick}-{number}-1" for tick in range(1, 5) for number in range(5)))
SCAN = re.compile(r"\b(?:SCAN|Seq Scan on) (\w+)")
ALIAS = re.compile(r"\b(\w+) AS (\w+)\b")
STAND_IN = re.compile(r"(?:WITH|,)\s+(\w+)(?:\([^)]*\))? AS\s*\(")
REPEATED = 7
PROJECT = b"name: Bench\nlink: https://example.com\npostal_address: x\nsenders: {cs: {type: inbox, url: 'http://127.0.0.1:1'}}\n"


def measure(engine: Engine) -> None:
    env, run = _environment(), Run("live", T0, T0, 0, sends=True)
    with write(engine) as c:
        open_run(c, "live", virtual_from=T0, rate=0)
        sync_rules(c, "live", env.rules, T0 - 10 * DAY)
    ticks(engine, env, run, env.rules, T0)
    _settle(engine)
    for rule in env.rules:
        for then in (None, T0 - timedelta(hours=30)):
            _report(engine, rule, then)
    print(f"  questions that read a whole table: {', '.join(sorted(_read_whole(engine, env))) or 'none'}")


def _report(engine: Engine, rule: Rule, then: datetime | None) -> None:
    first, env = math.inf, Environment(())
    for _ in range(REPEATED):
        env = _environment()  # its statements are not written yet
        engine.clear_compiled_cache()
        first = min(first, timed(_explain, engine, env, rule, ACCOUNTS[0], then))
    median = statistics.median(timed(_explain, engine, env, rule, account, then) for account in ACCOUNTS[1:])
    verdict = "kept" if first <= PROMISED_MS else "BROKEN"
    what = f"{rule.id}{' --at' if then else ''}"
    print(f"  {what:24} first {first:8.1f} ms   median {median:8.1f} ms   {verdict}")


def _environment() -> Environment:
    """As a worker has it: whether a feed is silent is asked, too."""
    return Environment((*THREE, QUIET), feeds=Feeds())


def _explain(engine: Engine, env: Environment, rule: Rule, account: str, then: datetime | None) -> None:
    with look(engine) as c:
        who = whom(c, rule, account, None, T0)
        assert not isinstance(who, Several)  # noqa: S101 - the rules are about accounts
        explain(c, env, _project(), rule, who, run="live", at=then)


def _project() -> Project:
    found, problems = parse_project(PROJECT, {}, "firstwin.yaml")
    if found is None:
        raise ValueError(problems)
    return found


def _settle(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        c.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")


# ---- plans ----------------------------------------------------------------------------------------------------------


def _read_whole(engine: Engine, env: Environment) -> set[str]:
    """The large tables that any question reads from end to end."""
    with _heard(engine) as statements:
        for rule in env.rules:
            for then in (None, T0 - timedelta(hours=30)):
                _explain(engine, env, rule, ACCOUNTS[0], then)
    found: set[str] = set()
    begin = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as c:
        large = {table for table in tables.metadata.tables if _is_large(c, table)}
        for sql, parameters in statements:
            plan = "\n".join(str(row) for row in c.exec_driver_sql(begin + sql, parameters))
            found |= _scanned(sql, plan) & large
    return found


def _is_large(c: Connection, table: str) -> bool:
    return bool(c.exec_driver_sql(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1000) one").scalar_one() == 1000)


def _scanned(sql: str, plan: str) -> set[str]:
    """What stands in for a table is made of a few rows, and is read whole."""
    stand_ins = set(STAND_IN.findall(sql))
    names = {alias: table for table, alias in ALIAS.findall(sql)}
    return {names.get(name, name) for name in SCAN.findall(plan)} - stand_ins


@contextmanager
def _heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, sql: str, parameters: object, _context: object, _many: bool) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            statements.append((sql, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    yield statements
    event.remove(engine, "before_cursor_execute", hear)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with database(kind) as engine:
            fill(engine, chosen.accounts)
            add_cohort(engine)
            print(f"\nexplain: {kind}, {chosen.accounts:,} accounts, {chosen.accounts * 22:,} facts")
            measure(engine)


if __name__ == "__main__":
    main()
