"""How long a tick's matching takes as accounts grow, beside SQL written by hand for the same question in the same run.

    python -m benchmarks.match_speed [--accounts 10000 100000 1000000] [--databases sqlite postgresql]

Each account has 20 events. Whatever the size, the same 100 subjects change between two ticks, and the same number of steps
falls due at each. Times are medians in milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, insert, text
from sqlalchemy.schema import CreateIndex, DropIndex

from firstwin.db import tables
from firstwin.db.engine import open_database, snapshot, write
from firstwin.db.runs import Run
from firstwin.match import episodes, gates
from firstwin.match.plan import Moment
from firstwin.match.seen import seen_by
from firstwin.match.starts.kinds import kind_of
from firstwin.rules.terms import (
    Again,
    Alert,
    All,
    BecomesStart,
    Comparison,
    Count,
    EventStart,
    Existed,
    InLast,
    Property,
    PropertyName,
    Rule,
    SinceStart,
    Step,
)
from firstwin.tick.environment import Environment
from firstwin.tick.rule import tick_rule
from firstwin.tick.sync import sync_rules
from tests.servers.postgres import postgres

T0 = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICKS = 40
PER_TICK = 33  # steps due of each rule at each tick
CHANGED = 100  # subjects with a new fact between two ticks


def rule(rule_id: str, event: str, wait: timedelta, unless: str, only_if: Property | None = None) -> Rule:
    step = Step("", wait, (Alert("look", "cs"),))
    return Rule(
        rule_id, "account", EventStart((event,)), (step,), Again("never"),
        unless=Count((unless,), SinceStart()), version=rule_id, only_if=only_if,
    )  # fmt: skip


THREE = (
    rule("no-login", "signed_up", 24 * HOUR, "logged_in"),
    rule("setup-stalled", "setup_started", 72 * HOUR, "setup_completed"),
    rule(
        "high-value", "signed_up", 48 * HOUR, "activated",
        only_if=Property(PropertyName("account", "mrr"), (Comparison("at_least", 1000.0),)),
    ),
)  # fmt: skip
QUIET = Rule(
    "quiet", "account",
    BecomesStart(All((Count(("logged_in",), InLast(14 * DAY), None, 1), Existed(InLast(14 * DAY))))),
    (Step("", timedelta(0), (Alert("look", "cs"),)),), Again("never"), version="quiet",
)  # fmt: skip

BY_HAND = {
    "no-login": """
        SELECT e.account_id FROM event e
        WHERE e.name = 'signed_up' AND e.occurred_at > :from_24 AND e.occurred_at <= :to_24
          AND NOT EXISTS (SELECT 1 FROM event l WHERE l.account_id = e.account_id AND l.name = 'logged_in'
                          AND l.occurred_at > e.occurred_at AND l.occurred_at <= :now)""",
    "setup-stalled": """
        SELECT e.account_id FROM event e
        WHERE e.name = 'setup_started' AND e.occurred_at > :from_72 AND e.occurred_at <= :to_72
          AND NOT EXISTS (SELECT 1 FROM event l WHERE l.account_id = e.account_id AND l.name = 'setup_completed'
                          AND l.occurred_at > e.occurred_at AND l.occurred_at <= :now)""",
    "high-value": """
        SELECT e.account_id FROM event e
        WHERE e.name = 'signed_up' AND e.occurred_at > :from_48 AND e.occurred_at <= :to_48
          AND NOT EXISTS (SELECT 1 FROM event l WHERE l.account_id = e.account_id AND l.name = 'activated'
                          AND l.occurred_at > e.occurred_at AND l.occurred_at <= :now)
          AND (SELECT {number} FROM event p WHERE p.account_id = e.account_id AND p.name = 'firstwin.account.mrr'
               AND p.occurred_at <= :now ORDER BY p.occurred_at DESC, p.seq DESC LIMIT 1) >= 1000""",
    "quiet": """
        SELECT a.id FROM account a
        WHERE a.id IN (SELECT e.account_id FROM event e WHERE e.name = 'logged_in'
                         AND (e.occurred_at > :from_0 AND e.occurred_at <= :now)
                       UNION SELECT e.account_id FROM event e WHERE e.name = 'logged_in'
                         AND e.occurred_at > :from_14 AND e.occurred_at <= :to_14
                       UNION SELECT e.account_id FROM event e WHERE e.name = 'firstwin.account.created_at'
                         AND e.value_at > :from_14 AND e.value_at <= :to_14)
          AND (SELECT count(*) FROM event l WHERE l.account_id = a.id AND l.name = 'logged_in'
               AND l.occurred_at > :to_14 AND l.occurred_at <= :now) <= 1""",
}


# ---- the data -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dialect:
    numbers: str  # a table n(i) from 1 to :n
    moment: str  # T0 minus {seconds} seconds
    number: str  # the value of a property

    def ago(self, seconds: str) -> str:
        return self.moment.replace("{seconds}", seconds)


MICROS = int(T0.timestamp()) * 1_000_000
DIALECTS = {
    "sqlite": Dialect(
        "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < :n) SELECT i FROM c) n",
        f"({MICROS} - ({{seconds}}) * 1000000)",
        "json_extract(p.props, '$.value')",
    ),
    "postgresql": Dialect(
        "(SELECT i::bigint FROM generate_series(1, :n) i) n",
        f"(timestamptz '{T0.isoformat()}' - ({{seconds}}) * interval '1 second')",
        "(p.props ->> 'value')::double precision",
    ),
}


def fill(engine: Engine, accounts: int) -> None:
    """Accounts that signed up 60 to 360 days ago, with 20 events each."""
    d = DIALECTS[engine.dialect.name]
    indexes = [index for index in tables.event.indexes if index.name]
    with write(engine) as c:
        for index in indexes:
            c.execute(DropIndex(index))
        c.execute(
            text(f"INSERT INTO account (id, traits, asserted) SELECT 'a' || i, '{{}}', '{{}}' FROM {d.numbers}"),
            {"n": accounts},
        )
        signed_up = "(60 + i % 300) * 86400"
        _events(c, d, accounts, "'firstwin.account.created_at'", "'{}'", signed_up, value=True)
        _events(c, d, accounts, "'firstwin.account.mrr'", "'{\"value\": ' || (i % 2000) || '}'", signed_up)
        _events(c, d, accounts, "'signed_up'", "'{}'", signed_up)
        _events(c, d, accounts, "'setup_started'", "'{}'", f"{signed_up} - 3600")
        _events(c, d, accounts, "'setup_completed'", "'{}'", f"{signed_up} - 7200")
        for number in range(17):
            ago = f"(i * 7919 + {number} * 104729 * (1 + i % 13)) % ((60 + i % 300) * 86400 - 90000) + 86400"
            when = f"({ago}) / 3600 * 3600 + 600"  # so that none is just 14 days old at a tick: more accounts, no more changes
            _events(c, d, accounts, "'logged_in'" if number < 12 else "'report_sent'", "'{}'", when)
    with write(engine) as c:
        for index in indexes:
            c.execute(CreateIndex(index))
    _analyze(engine)


def _events(c: Connection, d: Dialect, n: int, name: str, props: str, ago: str, *, value: bool = False) -> None:
    at, cast = d.ago(ago), "::jsonb" if c.dialect.name == "postgresql" else ""
    c.execute(
        text(
            f"INSERT INTO event (account_id, name, props, value_at, occurred_at, received_at, known_at)"
            f" SELECT 'a' || i, {name}, ({props}){cast}, {at if value else 'NULL'}, {at}, {at}, {at} FROM {d.numbers}"
        ),
        {"n": n},
    )


def _analyze(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        c.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")


def add_cohort(engine: Engine) -> None:
    """Accounts whose steps fall due at the ticks that are measured: the same number at each, at every size."""
    rows, accounts = [], []
    for tick in range(TICKS):
        for number in range(PER_TICK):
            due = T0 + (tick + 1) * MINUTE - timedelta(seconds=number)
            for wait, name in ((24 * HOUR, "signed_up"), (72 * HOUR, "setup_started"), (48 * HOUR, "signed_up")):
                account = f"h{tick}-{number}-{wait.days}"
                accounts.append({"id": account, "traits": {}, "asserted": {}})
                at = due - wait
                rows += [fact(account, "firstwin.account.created_at", at - DAY, value_at=at - DAY)]
                rows += [
                    fact(account, name, at),
                    fact(account, "firstwin.account.mrr", at, {"value": 2000 * (number % 2)}),
                ]
    with write(engine) as c:
        c.execute(insert(tables.account), accounts)
        c.execute(insert(tables.event), rows)
    _analyze(engine)


def fact(
    account: str, name: str, at: datetime, props: dict[str, Any] | None = None, value_at: datetime | None = None
) -> dict[str, Any]:
    return {
        "account_id": account, "name": name, "props": props or {}, "value_at": value_at,
        "occurred_at": at, "received_at": at, "known_at": at,
    }  # fmt: skip


def change(engine: Engine, tick: int, accounts: int) -> None:
    """100 subjects with a new fact: a login, or the beginning of a setup."""
    now = T0 + (tick + 1) * MINUTE
    names = ("logged_in", "logged_in", "setup_started")
    rows = [
        fact(f"a{1 + (tick * CHANGED + n) * 97 % accounts}", names[n % 3], now - timedelta(seconds=n % 50 + 1))
        for n in range(CHANGED)
    ]
    with write(engine) as c:
        c.execute(insert(tables.event), rows)


# ---- measuring ------------------------------------------------------------------------------------------------------


def timed(action: Callable[..., object], *arguments: object) -> float:
    """Milliseconds."""
    began = perf_counter()
    action(*arguments)
    return (perf_counter() - began) * 1000


def by_hand(connection: Connection, rule_id: str, now: datetime) -> list[Any]:
    sql = BY_HAND[rule_id].replace("{number}", DIALECTS[connection.dialect.name].number)
    bounds: dict[str, datetime] = {"now": now}
    for hours in (0, 24, 48, 72):
        bounds |= {f"from_{hours}": now - MINUTE - hours * HOUR, f"to_{hours}": now - hours * HOUR}
    bounds |= {"from_14": now - MINUTE - 14 * DAY, "to_14": now - 14 * DAY}
    used = {name: _bound(connection, moment) for name, moment in bounds.items() if f":{name}" in sql}
    return list(connection.execute(_text(sql), used))


@cache
def _text(sql: str) -> TextClause:
    return text(sql)


def _bound(connection: Connection, moment: datetime) -> int | datetime:
    return int(moment.timestamp() * 1_000_000) if connection.dialect.name == "sqlite" else moment


def matching(connection: Connection, env: Environment, run: Run, one: Rule, moment: Moment) -> None:
    """Everything that a tick asks before it decides and writes."""
    asked = env.asked(one, seen_by(connection, run.id))
    if isinstance(one.when, BecomesStart):
        episodes.turned(connection, asked, moment)
        return
    kind_of(asked).look(connection, asked, moment, T0 - 400 * DAY, False)
    gates.due(connection, asked, moment, limit=2000)


def measure(engine: Engine) -> dict[str, float]:
    env, run = Environment((*THREE, QUIET), zone="UTC"), Run("live", T0, T0, 1, sends=True)
    with write(engine) as c:
        sync_rules(c, "live", env.rules, T0 - 10 * DAY)
    first = timed(ticks, engine, env, run, env.rules, T0)
    _analyze(engine)
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(TICKS):
        for name, ms in _one_tick(engine, env, run, number).items():
            found[name].append(ms)
    result = {name: statistics.median(times) for name, times in found.items()}
    end = T0 + TICKS * MINUTE
    return result | {
        "first look": first,
        "full sweep of the three": timed(ticks, engine, env, run, THREE, end, True),
        "full sweep of the state": timed(ticks, engine, env, run, (QUIET,), end, True),
    }


def _one_tick(engine: Engine, env: Environment, run: Run, number: int) -> dict[str, float]:
    """By hand and ours are asked twice, and the second time counts: both find their pages in the cache."""
    with engine.connect() as c:
        accounts = c.exec_driver_sql("SELECT count(*) FROM account WHERE id < 'b'").scalar_one()
    change(engine, number, accounts)
    now = T0 + (number + 1) * MINUTE
    found: dict[str, float] = {}
    for one in env.rules:
        moment = _moment(engine, one, now)
        for _ in range(2):
            with snapshot(engine) as c:
                found[f"{one.id} by hand"] = timed(by_hand, c, one.id, now)
                found[f"{one.id} matching"] = timed(matching, c, env, run, one, moment)
        found[f"{one.id} tick"] = timed(ticks, engine, env, run, (one,), now)
    for what in ("by hand", "matching", "tick"):
        found[f"three {what}"] = sum(found[f"{one.id} {what}"] for one in THREE)
    return found


def ticks(
    engine: Engine, env: Environment, run: Run, rules: Sequence[Rule], at: datetime, everyone: bool = False
) -> None:
    for one in rules:
        tick_rule(engine, env, run, one, at, everyone=everyone)


def _moment(engine: Engine, one: Rule, now: datetime) -> Moment:
    row = tables.rule.c
    with engine.connect() as c:
        query = tables.rule.select().where(row.run == "live", row.id == one.id)
        found = c.execute(query).one()
    return Moment("live", now, found.last_slot, found.seen)


# ---- running --------------------------------------------------------------------------------------------------------


@contextmanager
def database(kind: str) -> Iterator[Engine]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="firstwin-bench-") as folder:
            engine = open_database(f"sqlite:///{Path(folder) / 'bench.db'}")
            tables.metadata.create_all(engine)
            yield engine
            engine.dispose()
    else:
        with postgres({"shared_buffers": "1GB", "max_wal_size": "8GB", "maintenance_work_mem": "512MB"}) as url:
            engine = open_database(url)
            tables.metadata.create_all(engine)
            yield engine
            engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    for kind in chosen.databases:
        results = {}
        for accounts in chosen.accounts:
            with database(kind) as engine:
                filled = timed(fill, engine, accounts) / 1000
                add_cohort(engine)
                print(f"\n{kind}, {accounts:,} accounts, {accounts * 22:,} facts (filled in {filled:.0f} s)")
                results[accounts] = measure(engine)
                report(results[accounts])
        growth(results)


def report(result: dict[str, float]) -> None:
    for name, ms in result.items():
        print(f"  {name:32} {ms:10.3f} ms")
    for name in ("three", "quiet"):
        print(f"  {name}: matching / by hand = {result[f'{name} matching'] / result[f'{name} by hand']:.2f}")


def growth(results: dict[int, dict[str, float]]) -> None:
    if {100_000, 1_000_000} <= results.keys():
        for name in ("three matching", "three by hand", "quiet matching", "quiet by hand"):
            print(f"  growth of {name} from 100k to 1M: {results[1_000_000][name] / results[100_000][name]:.2f}")


if __name__ == "__main__":
    main()
