"""A project whose history is known to the hour, and rules that are edited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.db.runs import Run, open_run
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.rules.library import load_library
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tick.rule import Ticked, tick_all
from firstwin.tick.slots import slot_of
from firstwin.tick.sync import sync_rules
from firstwin.tools.plan.plan import Plan, RulePlan, make_plan
from tests.cli.given import did, signups

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WELCOME = "about: account\nwhen: signed_up\nthen: {webhook: hello, to: crm}\nagain: never\n"
WAITS = "about: account\nwhen: signed_up\nafter: 2 days\nthen: {webhook: hello, to: crm}\nagain: never\n"


def library(**files: str) -> tuple[Rule, ...]:
    """Rules by their file's name, with `-` written `_`."""
    found = load_library({f"rules/{name.replace('_', '-')}.yaml": text.encode() for name, text in files.items()})
    assert not [str(one) for one in found.problems if one.severity == "error"]
    return found.rules


def env(rules: Sequence[Rule]) -> Environment:
    return Environment(tuple(rules))


def now(engine: Engine) -> datetime:
    with read(engine) as connection:
        return clock(connection)


def happen(engine: Engine, lines: str, at: datetime) -> None:
    """Messages that came in when they happened."""
    with write(engine) as connection:
        messages = [one for line in lines.encode().splitlines() if isinstance(one := parse(line, None), Message)]
        ingest(connection, messages, received_at=at)


def signed_up(engine: Engine, account: str, ago: timedelta) -> None:
    at = now(engine) - ago
    happen(engine, signups(account, at=at.isoformat()), at)


def logged_in(engine: Engine, account: str, ago: timedelta) -> None:
    at = now(engine) - ago
    happen(engine, json.dumps(did(account, "logged_in", at.isoformat())) + "\n", at)


def go_live(engine: Engine, rules: Sequence[Rule], ago: timedelta = timedelta(0)) -> Run:
    """The rules run, since then."""
    with write(engine) as connection:
        run = open_run(connection, tables.LIVE)
        sync_rules(connection, run.id, rules, clock(connection) - ago)
    return run


def tick(engine: Engine, rules: Sequence[Rule], at: datetime | None = None) -> list[Ticked]:
    with write(engine) as connection:
        run = open_run(connection, tables.LIVE)
    return tick_all(engine, env(rules), run, at or slot_of(now(engine), timedelta(minutes=1)))


def planned(engine: Engine, rules: Sequence[Rule], since: timedelta = 30 * DAY) -> Plan:
    return make_plan(engine, env(rules), since, lambda _: None)


def only(plan: Plan) -> RulePlan:
    (one,) = plan.rules
    return one
