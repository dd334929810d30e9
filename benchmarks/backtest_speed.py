"""How long a backtest takes: a year of 100,000 accounts with 20 events each, on SQLite and PostgreSQL.

python -m benchmarks.backtest_speed [--accounts N] [--databases sqlite postgresql]
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from time import perf_counter, process_time

from benchmarks.match_speed import DAY, DIALECTS, HOUR, MINUTE, T0, _analyze, _events, database, fill
from sqlalchemy import Engine, text

from firstwin.db.engine import write
from firstwin.rules.terms import (
    Again,
    All,
    BecomesStart,
    Count,
    Email,
    EventStart,
    Ever,
    Existed,
    InLast,
    Reached,
    Recipient,
    Record,
    Rule,
    SinceStart,
    Step,
)
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.grid import grid_of
from firstwin.tools.backtest.run import run_backtest

MAIL = Email("hello", Recipient("contact"))
YEAR = 365 * DAY

ACTIVATED = Rule(
    "activated", "account", BecomesStart(Count(("report_sent",), Ever(), 3)),
    (Step("", timedelta(0), (Record("activated"),)),), Again("never"), version="activated",
)  # fmt: skip
NO_LOGIN = Rule(
    "no-login-after-signup", "account", EventStart(("signed_up",)), (Step("", 24 * HOUR, (MAIL,)),), Again("never"),
    unless=Count(("logged_in",), SinceStart()), version="no-login",
)  # fmt: skip
NOT_ACTIVATED = Rule(
    "not-activated", "account", EventStart(("signed_up",)), (Step("", 48 * HOUR, (MAIL,)),), Again("never"),
    unless=Reached("activated"), version="not-activated",
)  # fmt: skip
QUIET = Rule(
    "quiet-30-days", "account",
    BecomesStart(All((Count(("logged_in",), InLast(30 * DAY), None, 0), Existed(InLast(30 * DAY))))),
    (Step("", timedelta(0), (MAIL,)),), Again("never"), version="quiet",
)  # fmt: skip
RULES = (ACTIVATED, NO_LOGIN, NOT_ACTIVATED, QUIET)
CASES = (  # rule, whether the goal is measured, which takes the recorder of the milestone to run too; grid; seconds at most
    (NO_LOGIN, False, MINUTE, 10),
    (QUIET, False, HOUR, 120),
    (NO_LOGIN, True, MINUTE, None),
    (NOT_ACTIVATED, True, MINUTE, None),
)


def fill_people(engine: Engine, accounts: int) -> None:
    """One person with an address in each account."""
    d = DIALECTS[engine.dialect.name]
    told = d.ago("(60 + i % 300) * 86400")
    with write(engine) as c:
        people = f"INSERT INTO person (id, traits, asserted) SELECT 'p' || i, '{{}}', '{{}}' FROM {d.numbers}"
        c.execute(text(people), {"n": accounts})
        member = f"INSERT INTO member (person_id, account_id, since) SELECT 'p' || i, 'a' || i, {told} FROM {d.numbers}"
        c.execute(text(member), {"n": accounts})
        email = "'{\"value\": \"p' || i || '@example.com\"}'"
        _events(c, d, accounts, "'firstwin.person.email'", email, "(60 + i % 300) * 86400")
        c.execute(text("UPDATE event SET person_id = 'p' || substr(account_id, 2), account_id = NULL"
                       " WHERE name = 'firstwin.person.email'"))  # fmt: skip
    _analyze(engine)


def measure(engine: Engine) -> None:
    for rule, with_goal, every, most in CASES:
        env = Environment(RULES if with_goal else (rule,))
        began, worked = perf_counter(), process_time()
        came = run_backtest(engine, env, rule, grid_of(T0 - YEAR, T0, every), lambda _: None)
        took, worked = perf_counter() - began, process_time() - worked
        name = f"{rule.id}{' with the goal' if with_goal else ''}, every {every}"
        goal = f" (to be at most {most} s)" if most else ""
        print(f"  {name:50} {took:7.1f} s{goal}, {worked:.1f} s of it at work in Python;", end=" ")
        print(f"{len(came.sent[rule.id]):,} sent, {len(came.left[rule.id]):,} left", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with database(kind) as engine:
            fill(engine, chosen.accounts)
            fill_people(engine, chosen.accounts)
            print(f"\n{kind}, {chosen.accounts:,} accounts, a year of {chosen.accounts * 23:,} facts")
            measure(engine)


if __name__ == "__main__":
    main()
