"""The guard of whole rules: starts, steps, gates, `again` and milestones, incremental against full against the referee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import Run, open_run
from firstwin.rules.terms import (
    Action,
    Choose,
    Digest,
    Record,
    Rule,
    Split,
    Webhook,
    conditions,
    read_milestones,
)
from firstwin.tick.environment import Environment
from firstwin.tick.rule import Ticked, tick_rule
from firstwin.tick.sync import sync_rules
from tests.match import naive
from tests.match.histories import history, tick_times
from tests.match.naive_facts import Fact
from tests.match.naive_memory import Project
from tests.match.packed import arrivals, pack, store, store_subjects
from tests.match.pool_all import RULES, TOGETHER

ZONE = "Europe/Berlin"
CSM_ZONES = {"ann": "America/New_York", "bob": "Pacific/Auckland"}
GROUPS: dict[str, tuple[Rule, ...]] = {**{name: (rule,) for name, rule in RULES.items()}, **TOGETHER}
NUDGE = tuple[str, str, str, str, str | None, str | None, datetime]


@dataclass(frozen=True)
class World:
    """Rules under test, the histories that they run over, and the slots of their ticks."""

    rules: tuple[Rule, ...]
    facts: Sequence[Fact]
    slots: Sequence[datetime]


def world(rules: tuple[Rule, ...], run: str, seed: int, histories: int) -> World:
    rng = Random(seed)
    slots = tick_times(rng, rules, kind=rules[0].about)
    facts = pack((history(rng, rules, slots, rules[0].about, run) for _ in range(histories)), named=run == "live")
    return World(tuple(reaching_everybody(rule) for rule in rules), facts, slots)


def reaching_everybody(rule: Rule) -> Rule:
    """The rule with messages that need no address: whom a mail reaches is another test's business."""
    steps = tuple(replace(step, actions=_reaching(step.actions)) for step in rule.steps)
    over = rule.over and replace(rule.over, actions=(Webhook("post", "crm"),))
    return replace(rule, steps=steps, over=over, version=f"{rule.id}-1")


def _reaching(actions: Sequence[Action]) -> tuple[Action, ...]:
    return tuple(_reaching_one(action) for action in actions)


def _reaching_one(action: Action) -> Action:
    match action:
        case Record():
            return action
        case Digest():
            return replace(action, to="cs")
        case Choose(branches):
            return Choose(tuple(replace(branch, actions=_reaching(branch.actions)) for branch in branches))
        case Split(variants):
            return Split(tuple(replace(variant, actions=_reaching(variant.actions)) for variant in variants))
        case _:
            return Webhook("post", "crm")


def run_ticks(engine: Engine, here: World, run_id: str, *, everyone: bool = False) -> list[Ticked]:
    """Every slot of every rule. ``everyone`` asks about all subjects at each tick, and not only the changed."""
    store_subjects(engine, here.facts)
    rules = tuple(naive.recorders_first(list(here.rules)))
    env = Environment(rules, zone=ZONE, every=timedelta(days=3650), csm_zones=CSM_ZONES)
    with write(engine) as connection:
        run = open_run(connection, run_id, virtual_from=here.slots[0], rate=0, sends=False)
        sync_rules(connection, run_id, env.rules, here.slots[0])
    if run_id != "live":
        store(engine, here.facts)
    done, previous = [], None
    for slot in here.slots:
        if run_id == "live":
            store(engine, arrivals(here.facts, previous, slot), numbered=False)
        done += [_tick(engine, env, run, rule, slot, everyone=everyone) for rule in env.rules]
        previous = slot
    return done


def _tick(engine: Engine, env: Environment, run: Run, rule: Rule, slot: datetime, *, everyone: bool) -> Ticked:
    ticked = tick_rule(engine, env, run, rule, slot)
    assert ticked.outcome == "done", ticked
    assert not ticked.tripped, "more histories than the volume breaker lets a live run nudge: the referee knows of none"
    if everyone:
        swept = tick_rule(engine, env, run, rule, slot, everyone=True)
        assert (swept.starts, swept.nudges, swept.missed) == (0, 0, 0), f"a full sweep found {swept}"
    return ticked


def nudges_in(engine: Engine) -> set[NUDGE]:
    n = tables.nudge.c
    with engine.connect() as connection:
        rows = connection.execute(select(n.rule, n.subject, n.start_key, n.step, n.branch, n.variant, n.decided_at))
        return {(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in rows}


def by_the_referee(here: World, run_id: str) -> set[NUDGE]:
    found: set[NUDGE] = set()
    for facts in split_by_history(here.facts):
        referee = naive.Referee(here.rules, facts, Project(zone=ZONE, run=run_id, csm_zones=CSM_ZONES))
        found |= {(n.rule, n.subject, n.key, n.step, n.branch, n.variant, n.at) for n in referee.run(here.slots).nudges}
    return found


def split_by_history(facts: Sequence[Fact]) -> list[list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.account_id or fact.person_id or ":").split(":")[0], []).append(fact)
    return list(groups.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", GROUPS)
def test_a_rule_nudges_whom_the_referee_would_nudge(engine: Engine, name: str) -> None:
    agree(engine, name, "live")


@pytest.mark.slow
@pytest.mark.parametrize("name", GROUPS)
def test_a_replay_nudges_whom_the_referee_would_nudge(sqlite_engine: Engine, name: str) -> None:
    """On one database: what a replay sees is `known_at` alone, and whatever differs by database a live run has too."""
    agree(sqlite_engine, name, "replay")


def agree(engine: Engine, name: str, run_id: str) -> None:
    here = world(GROUPS[name], run_id, seed=sum(map(ord, name)), histories=80)
    run_ticks(engine, here, run_id, everyone=True)
    assert nudges_in(engine) == by_the_referee(here, run_id)


@pytest.mark.slow
def test_the_rules_of_the_pool_do_nudge_somebody() -> None:
    """A guard that compares two empty sets guards nothing."""
    quiet = [name for name, rules in GROUPS.items() if not by_the_referee(world(rules, "replay", 5, 200), "replay")]
    assert quiet == []
    assert all(conditions(rule) is not None and read_milestones(rule) is not None for rule in RULES.values())
