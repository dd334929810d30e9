"""How long a backtest takes: a year of 100,000 accounts with 20 events each, on SQLite and PostgreSQL.

    python -m benchmarks.backtest_speed [--accounts N] [--databases sqlite postgresql] [--rounds 3]

Where a time is given that it may take at most, the median of the rounds counts, as a machine that is shared has better and
worse moments; the least and the most stand beside it.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks.match_speed import DAY, DIALECTS, HOUR, MINUTE, T0, _analyze, _events, database, fill
from sqlalchemy import Engine, text

from firstwin.db.engine import write
from firstwin.outbox.caps import Frequency
from firstwin.outbox.peace import Peace
from firstwin.outbox.restraint import Restraint
from firstwin.rules.caps import Caps
from firstwin.rules.quiet_hours import QuietHours
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
from firstwin.tools.backtest.run import UNRESTRAINED, run_backtest

MAIL = Email("hello", Recipient("contact"))
YEAR = 365 * DAY
RESTRAINED = Restraint(
    1000,
    Peace(QuietHours.model_validate({"from": "20:00", "until": "08:00", "weekends": True}), "UTC"),
    Frequency(Caps.model_validate({who: {"at_most": 3, "in_last": "7 days"} for who in ("person", "account")})),
)

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
CHATTY = Rule(
    "after-a-login", "account", EventStart(("logged_in",)), (Step("", HOUR, (MAIL,)),), Again("every time"),
    until=Reached("went_live"), version="chatty",
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


def fill_zones(engine: Engine, accounts: int) -> None:
    """Everybody says where they are."""
    d = DIALECTS[engine.dialect.name]
    zones = "'{\"value\": \"' || CASE i % 3 WHEN 0 THEN 'Asia/Tokyo' WHEN 1 THEN 'UTC' ELSE 'America/Lima' END || '\"}'"
    with write(engine) as c:
        _events(c, d, accounts, "'firstwin.account.timezone'", zones, "(60 + i % 300) * 86400")
    _analyze(engine)


def measure(engine: Engine, accounts: int, rounds: int) -> None:
    for rule, with_goal, every, most in CASES:
        env = Environment(RULES if with_goal else (rule,))
        found = sorted(_measure(engine, rule, env, every) for _ in range(rounds if most else 1))
        name = f"{rule.id}{' with the goal' if with_goal else ''}, every {every}"
        limit = f" ({found[0].took:.1f} to {found[-1].took:.1f}; to be at most {most})" if most else ""
        print(f"  {name:50} {found[len(found) // 2]}{limit}", flush=True)
    fill_zones(engine, accounts)
    for rule, every in ((CHATTY, MINUTE), (QUIET, HOUR)):
        for name, restraint in (("", UNRESTRAINED), (" with quiet hours and caps", RESTRAINED)):
            took = _measure(engine, rule, Environment((rule,)), every, restraint)
            print(f"  {f'{rule.id}{name}, every {every}':50} {took}", flush=True)


class Measured(NamedTuple):
    """Seconds, of them those at work in Python, and what came of it."""

    took: float
    worked: float
    sent: int
    left: int

    def __str__(self) -> str:
        return (
            f"{self.took:7.1f} s, {self.worked:.1f} s of it at work in Python; {self.sent:,} sent, {self.left:,} left"
        )


def _measure(
    engine: Engine, rule: Rule, env: Environment, every: timedelta, restraint: Restraint = UNRESTRAINED
) -> Measured:
    began, worked = perf_counter(), process_time()
    came = run_backtest(engine, env, rule, grid_of(T0 - YEAR, T0, every), lambda _: None, restraint=restraint)
    took, worked = perf_counter() - began, process_time() - worked
    return Measured(took, worked, len(came.arrived(rule.id)), len(came.not_arrived(rule.id)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with database(kind) as engine:
            fill(engine, chosen.accounts)
            fill_people(engine, chosen.accounts)
            print(f"\n{kind}, {chosen.accounts:,} accounts, a year of {chosen.accounts * 23:,} facts")
            measure(engine, chosen.accounts, chosen.rounds)


if __name__ == "__main__":
    main()
