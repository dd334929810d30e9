"""The guard of edits: rules that are changed half way, against the referee, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.db.runs import open_run
from firstwin.rules.terms import EventStart, Rule, Step
from firstwin.rules.terms_clock import ClockStart
from firstwin.tick.environment import Environment
from firstwin.tick.rule import tick_rule
from firstwin.tick.sync import sync_rules
from tests.match.histories import history, tick_times
from tests.match.naive import Referee
from tests.match.naive_memory import Project
from tests.match.naive_starts import edit
from tests.match.packed import arrivals, pack, store, store_subjects
from tests.match.pool_rules import RULES
from tests.match.pool_starts import again_and_again, by_account, step
from tests.match.pool_terms import DAY, HOUR, account, is_
from tests.tick.test_rules import CSM_ZONES, NUDGE, ZONE, World, nudges_in, reaching_everybody, split_by_history

CHASED, SERIES = RULES["chased-until-paid"], RULES["series-every-time"]
FREE = account("plan", is_("free"))


def renamed(old: Step, name: str) -> Step:
    return replace(old, name=old.name.replace(old.base, name), was=old.name)


EDITS: dict[str, tuple[Rule, Rule]] = {
    "more often": (CHASED, replace(CHASED, steps=(CHASED.steps[0], *again_and_again(HOUR, DAY, 6)))),
    "less often": (CHASED, replace(CHASED, steps=(CHASED.steps[0], *again_and_again(HOUR, 2 * DAY, 2)))),
    "a repeated step renamed": (
        CHASED, replace(CHASED, steps=(CHASED.steps[0], *(renamed(one, "remind") for one in CHASED.steps[1:]))),
    ),
    "a step renamed": (SERIES, replace(SERIES, steps=(*SERIES.steps[:1], renamed(SERIES.steps[1], "link"), *SERIES.steps[2:]))),
    "a step in between": (SERIES, replace(SERIES, steps=(*SERIES.steps[:1], step(DAY, "more"), *SERIES.steps[1:]))),
    "a step taken out": (SERIES, replace(SERIES, steps=SERIES.steps[1:])),
    "shorter waits": (
        SERIES, replace(SERIES, steps=tuple(replace(one, wait=one.wait / 4) for one in SERIES.steps)),
    ),
    "another condition": (SERIES, replace(SERIES, only_if=FREE)),
    "a repeated step of a date": (
        by_account(EventStart(("booked",), date="departs_at"), step(-DAY, "soon")),
        by_account(EventStart(("booked",), date="departs_at"), *again_and_again(-DAY, DAY, 3)),
    ),
    "another time of day": (
        by_account(ClockStart(("day",), "09:00", "account")), by_account(ClockStart(("weekday",), "17:00", "account")),
    ),
}  # fmt: skip


def drawn(name: str, run: str) -> tuple[World, World, datetime]:
    """The rule before and after the edit, in the same world, and from when on it is the other."""
    before, after = (replace(one, id="edited") for one in EDITS[name])
    rng = Random(sum(map(ord, name)))
    slots = tick_times(rng, (before, after), kind=before.about)
    slots = [*slots, *(slots[-1] + n * DAY for n in range(1, 9))]
    facts = pack((history(rng, (before, after), slots, before.about, run) for _ in range(60)), named=run == "live")
    first, second = reaching_everybody(before), replace(reaching_everybody(after), version="edited-2")
    return World((first,), facts, slots), World((second,), facts, slots), slots[len(slots) // 2]


def by_the_referee(before: World, after: World, edited: datetime, run: str) -> set[NUDGE]:
    """What was nudged under a step's old name is its own under the new one."""
    now_called = {step.was: step.name for step in after.rules[0].steps if step.was is not None}
    found: set[NUDGE] = set()
    for facts in split_by_history(before.facts):
        referee = Referee(before.rules, facts, Project(zone=ZONE, run=run, csm_zones=CSM_ZONES))
        result = referee.run(before.slots, edits={edited: lambda case, at: edit(case, after.rules[0], at)})
        found |= {
            (n.rule, n.subject, n.key, now_called.get(n.step, n.step), n.branch, n.variant, n.at) for n in result.nudges
        }
    return found


def run_with_edit(engine: Engine, before: World, after: World, edited: datetime, run_id: str) -> None:
    store_subjects(engine, before.facts)
    with write(engine) as connection:
        run = open_run(connection, run_id, virtual_from=before.slots[0], rate=0, sends=False)
        sync_rules(connection, run_id, before.rules, before.slots[0])
    if run_id != "live":
        store(engine, before.facts)
    env, previous = _env(before), None
    for slot in before.slots:
        if slot == edited:
            env = _env(after)
            with write(engine) as connection:
                sync_rules(connection, run_id, after.rules, slot)
        if run_id == "live":
            store(engine, arrivals(before.facts, previous, slot), numbered=False)
        assert tick_rule(engine, env, run, env.rules[0], slot).outcome == "done"
        previous = slot


def _env(here: World) -> Environment:
    return Environment(here.rules, zone=ZONE, every=timedelta(days=3650), csm_zones=CSM_ZONES)


@pytest.mark.slow
@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("run_id", ["live", "replay"])
def test_meaning_10_an_edit_keeps_the_clocks_of_starts_that_were_taken(engine: Engine, name: str, run_id: str) -> None:
    before, after, edited = drawn(name, run_id)
    run_with_edit(engine, before, after, edited, run_id)
    wanted = by_the_referee(before, after, edited, run_id)
    assert nudges_in(engine) == wanted
    assert any(at < edited for *_, at in wanted)
    assert any(at >= edited for *_, at in wanted)
