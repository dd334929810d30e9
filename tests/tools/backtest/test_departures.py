"""The guard: the mails of a backtest leave when the worker's would, and those that do not leave are stopped as its are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.caps import Frequency
from firstwin.outbox.peace import Peace
from firstwin.outbox.restraint import Restraint
from firstwin.rules.caps import Caps
from firstwin.rules.quiet_hours import QuietHours
from firstwin.rules.terms import (
    Again,
    BecomesStart,
    ChangedStart,
    Comparison,
    Count,
    Email,
    EventStart,
    Ever,
    InLast,
    Property,
    PropertyName,
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
from tests.outbox.given import deliveries, force
from tests.tools.backtest.played import Played, backtested, reasons

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime.fromisoformat("2026-03-26T00:00+00:00")  # clocks change in Berlin on the 29th
LONG_AGO = BEGIN - 80 * DAY
GRID = grid_of(BEGIN, BEGIN + 12 * DAY, 3 * HOUR)
ACCOUNTS = 40
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC", "Mars/Olympus")
EVENTS = ("signed_up", "signed_up", "logged_in", "report_sent", "paid")
PLANS = ("free", "pro")

MAIL = Email("hello", Recipient("everyone"))
AT_ONCE = (Step("", timedelta(0), (MAIL,)),)
SERIES = tuple(Step(f"{hours} hours", hours * HOUR, (MAIL,)) for hours in (0, 7, 20, 70))
IS_PRO = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))
EVERY_TIME = Again("every time")
SIGNED_UP = EventStart(("signed_up",))


def a_rule(when: Any = SIGNED_UP, steps: tuple[Step, ...] = AT_ONCE, **more: Any) -> Rule:
    return replace(Rule("asked", "account", when, steps, EVERY_TIME, version="1"), **more)


SENT_A_REPORT = Rule(
    "activated", "account", BecomesStart(Count(("report_sent",), Ever())),
    (Step("", timedelta(0), (Record("activated"),)),), Again("never"), version="1",
)  # fmt: skip
RULES: dict[str, tuple[Rule, ...]] = {
    "an event": (a_rule(),),
    "a series with a goal": (a_rule(steps=SERIES, until=Count(("paid",), SinceStart())),),
    "a goal that may be lost again": (a_rule(steps=SERIES, until=IS_PRO),),
    "gates": (a_rule(steps=SERIES[1:3], unless=Count(("logged_in",), SinceStart()), only_if=IS_PRO),),
    "a milestone": (SENT_A_REPORT, a_rule(steps=SERIES[1:], unless=Reached("activated"))),
    "a short expiry": (a_rule(expires_after=6 * HOUR),),
    "a state": (a_rule(BecomesStart(Count(("logged_in",), InLast(10 * HOUR))), SERIES),),
    "a state at once": (a_rule(BecomesStart(IS_PRO)),),
    "a person": (a_rule(about="person", steps=(Step("", timedelta(0), (Email("hello", Recipient("person")),)),)),),
    "slot by slot: the latest start": (a_rule(EventStart(("signed_up",), which="latest"), SERIES),),
    "slot by slot: a change": (a_rule(ChangedStart(PropertyName("account", "plan")), SERIES[:2], until=IS_PRO),),
    "service": (a_rule(message_class="service"),),
}
NIGHTS = QuietHours.model_validate({"from": "19:00", "until": "08:30"})
WEEKENDS = QuietHours.model_validate({"from": "18:00", "until": "07:00", "weekends": True})
ONE_A_DAY = Caps.model_validate({"person": {"at_most": 1, "in_last": "1 day"}})
BOTH = Caps.model_validate(
    {"person": {"at_most": 2, "in_last": "36 hours"}, "account": {"at_most": 3, "in_last": "3 days"}}
)
RESTRAINTS = {
    "nights": Restraint(10**6, Peace(NIGHTS, "Europe/Berlin")),
    "weekends and caps": Restraint(10**6, Peace(WEEKENDS, "Europe/Berlin"), Frequency(BOTH)),
    "one a day": Restraint(10**6, Peace(None), Frequency(ONE_A_DAY)),
}


def facts(rng: Random) -> Iterator[dict[str, Any]]:
    """Accounts of one to three people, some of whom share an address or move to another zone."""
    for account in range(ACCOUNTS):
        whose: dict[str, Any] = {"account_id": f"a{account}"}
        yield whose | created("account")
        for _ in range(rng.randrange(3)):
            yield whose | said("account", "timezone", rng.choice(ZONES), moment(rng))
        for _ in range(rng.randrange(16)):
            yield whose | said("account", "plan", rng.choice(PLANS), moment(rng))
        for _ in range(rng.randrange(12)):
            at = moment(rng)
            arrived = at + rng.choice((timedelta(0), timedelta(0), rng.random() * 8 * HOUR))
            who = {"person_id": f"p{account}-0"}
            yield whose | who | {"name": rng.choice(EVENTS), "props": {}, "occurred_at": at, "known_at": arrived}
        yield from (whose | fact for fact in a_weekend(account))
        for person in range(1 + account % 3):
            who = {"person_id": f"p{account}-{person}"}
            address = f"{rng.choice(('ada', 'ada', 'bob'))}@a{account // 2}.example"
            yield who | created("person")
            yield who | said("person", "email", address, LONG_AGO)
            for _ in range(rng.randrange(3)):
                yield who | said("person", "timezone", rng.choice(ZONES), moment(rng))


def a_weekend(account: int) -> Iterator[dict[str, Any]]:
    """Begins with a mail on Friday that waits until Monday, when all is as it was, though its start has ended since."""
    friday = BEGIN + DAY + 18 * HOUR
    if account % 4 == 0:
        for at in (friday, friday + 54 * HOUR):
            yield {"name": "logged_in", "props": {}, "occurred_at": at, "known_at": at}
    if account % 4 == 1:
        yield {"name": "signed_up", "props": {}, "occurred_at": friday, "known_at": friday}
        for plan, hours in (("free", -1), ("pro", 5), ("free", 40)):
            yield said("account", "plan", plan, friday + hours * HOUR)


def said(kind: str, name: str, value: str, at: datetime) -> dict[str, Any]:
    return {"name": f"firstwin.{kind}.{name}", "props": {"value": value}, "occurred_at": at, "known_at": at}


def created(kind: str) -> dict[str, Any]:
    return said(kind, "created_at", LONG_AGO.isoformat(), LONG_AGO) | {"value_at": LONG_AGO}


def moment(rng: Random) -> datetime:
    """Often on a slot, and at full hours, when nights begin and end."""
    at = BEGIN - 2 * DAY + rng.randrange(14 * 24) * HOUR
    return at if rng.random() < 0.5 else at + rng.random() * HOUR


def fill(engine: Engine, seed: int) -> None:
    people = [
        (f"p{account}-{person}", f"a{account}") for account in range(ACCOUNTS) for person in range(1 + account % 3)
    ]
    nobody = {"account_id": None, "person_id": None, "value_at": None}
    rows = [nobody | {"received_at": fact["known_at"]} | fact for fact in facts(Random(seed))]
    with write(engine) as connection:
        for table, ids in (
            (tables.account, [f"a{account}" for account in range(ACCOUNTS)]),
            (tables.person, [person for person, _ in people]),
        ):
            connection.execute(insert(table), [{"id": id_, "traits": {}, "asserted": {}} for id_ in ids])
        joined = [{"person_id": p, "account_id": a, "since": LONG_AGO} for p, a in people]
        connection.execute(insert(tables.member), joined)
        connection.execute(insert(tables.event), rows)


CASES = [
    *((name, restrained) for name in RULES for restrained in ("nights", "weekends and caps")),
    ("an event", "one a day"),
]
STOPPED = {  # by what a few mails must have been stopped on their way, or the case shows nothing
    "a series with a goal": "goal_met", "a goal that may be lost again": "goal_met", "gates": "gate_false",
    "a milestone": "gate_false", "a short expiry": "expired", "a state": "state_ended", "a state at once": "state_ended",
    "slot by slot: the latest start": "replaced", "slot by slot: a change": "goal_met",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "restrained"), CASES)
def test_mails_leave_as_the_worker_lets_them_go(engine: Engine, name: str, restrained: str) -> None:
    fill(engine, sum(map(ord, name + restrained)))
    env, restraint, asked = Environment(RULES[name], zone="Europe/Berlin"), RESTRAINTS[restrained], RULES[name][-1]
    quickly = run_backtest(engine, env, asked, GRID, lambda _: None, restraint=restraint)
    by_slots = run_backtest(engine, env, asked, GRID, lambda _: None, by_slots=True, restraint=restraint)
    found = Played(engine, env, restraint, GRID).mails(asked.id)
    assert len(found) > 20
    if restrained == "weekends and caps":
        assert STOPPED.get(name, "") in reasons(found)
    assert backtested(by_slots, asked.id) == found
    assert backtested(quickly, asked.id) == found


def test_what_other_rules_really_sent_takes_room(engine: Engine) -> None:
    fill(engine, 7)
    env, restraint, asked = Environment(RULES["an event"]), RESTRAINTS["one a day"], RULES["an event"][-1]
    alone = run_backtest(engine, env, asked, GRID, lambda _: None, restraint=restraint).arrived(asked.id)
    first = alone[0]
    (other,) = deliveries(engine, rule=replace(asked, id="other"), channels=("email",), run=tables.LIVE)
    arrived = {"state": "delivered", "settled_at": first.at - HOUR, "address": first.places[0].address}
    force(engine, other, **arrived)
    found = run_backtest(engine, env, asked, GRID, lambda _: None, restraint=restraint).sent[asked.id]
    (same,) = (one for one in found if (one.key, one.at) == (first.key, first.at))
    assert same.places[0].stopped == "capped"
