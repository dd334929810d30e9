"""What was chosen, drawn or held out is stored with the nudge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.rules.terms import (
    Branch,
    Choose,
    Comparison,
    Count,
    Property,
    PropertyName,
    SinceStart,
    Split,
    Variant,
    Webhook,
)
from tests.tick.bench_of_rules import DAY, HOUR, POST, World, rule

pytestmark = pytest.mark.slow

AT_ONCE = timedelta(0)
OTHER = Webhook("other", "crm")
PRO = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))


def stored(world: World) -> list[tuple[str, str, str | None, str | None]]:
    n = tables.nudge.c
    query = select(n.subject, n.state, n.branch, n.variant).order_by(n.subject, n.id)
    return [tuple(row) for row in world._rows(query)]


def templates(world: World) -> list[tuple[str, str]]:
    d = tables.delivery.c
    return [tuple(row) for row in world._rows(select(d.account_id, d.template).order_by(d.account_id))]


def test_the_branch_that_holds_at_the_decision_is_sent_and_stored(engine: Engine) -> None:
    logged_in = Count(("logged_in",), SinceStart())
    choice = Choose((Branch(PRO, (POST,)), Branch(logged_in, (OTHER,)), Branch(None, (POST, OTHER))))
    world = World(engine, [rule("chooses", HOUR, choice)])
    for name in ("active", "neither", "pro"):
        world.account(name)
        world.fact("signed_up", HOUR, name)
    world.fact("firstwin.account.plan", HOUR, "pro", props={"value": "pro"})
    world.fact("logged_in", 2 * HOUR, "active")
    world.tick(2 * HOUR)
    assert stored(world) == [
        ("active", "nudged", "2", None),
        ("neither", "nudged", "otherwise", None),
        ("pro", "nudged", "1", None),
    ]
    assert templates(world) == [("active", "other"), ("neither", "post"), ("neither", "other"), ("pro", "post")]


def test_whom_no_branch_is_for_is_skipped_with_the_reason(engine: Engine) -> None:
    world = World(engine, [rule("chooses", AT_ONCE, Choose((Branch(PRO, (POST,)), Branch(PRO, (OTHER,)))))])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(HOUR)
    assert (world.nudges(), world.skips()) == ([], [("acme", "nothing_chosen")])


def test_each_gets_its_variant_and_always_the_same(engine: Engine) -> None:
    halves = Split((Variant("a", 0.5, (POST,)), Variant("b", 0.5, (OTHER,))))
    rules = [rule("splits", AT_ONCE, halves), rule("splits-too", AT_ONCE, halves)]
    world = World(engine, [replace(rules[0], was=None)])
    for number in range(30):
        world.account(f"acme-{number:02}")
        world.fact("signed_up", HOUR, f"acme-{number:02}")
    world.tick(HOUR)
    variants = {subject: variant for subject, _, _, variant in stored(world)}
    assert set(variants.values()) == {"a", "b"}
    assert dict(templates(world)) == {name: {"a": "post", "b": "other"}[v or ""] for name, v in variants.items()}


def test_meaning_14_the_held_out_get_nothing_count_as_nudged_and_stay_held_out(engine: Engine) -> None:
    half = rule("holds-out", hold_out=0.5)
    world = World(engine, [half])
    for number in range(20):
        world.account(f"acme-{number:02}")
        world.fact("signed_up", HOUR, f"acme-{number:02}")
    world.tick(HOUR)
    held = {subject for subject, state, *_ in stored(world) if state == "held_out"}
    assert 4 < len(held) < 16
    assert {name for name, _ in templates(world)} == {f"acme-{n:02}" for n in range(20)} - held

    for number in range(20):
        world.fact("signed_up", 2 * DAY, f"acme-{number:02}")
    world.tick(2 * DAY)
    assert len(world.nudges()) == 20
    assert {reason for _, reason in world.skips()} == {"again"}


def test_meaning_14_a_renamed_rule_holds_the_same_ones_out(engine: Engine) -> None:
    named = rule("before", hold_out=0.5, again=replace(rule().again, kind="every time"))
    world = World(engine, [named])
    for number in range(20):
        world.account(f"acme-{number:02}")
        world.fact("signed_up", HOUR, f"acme-{number:02}")
    world.tick(HOUR)
    once = {subject: state for subject, state, *_ in stored(world)}
    world.know(replace(named, id="after", was="before"), at=DAY)
    world.know(replace(named, id="last", was="after"), at=DAY)
    for number in range(20):
        world.fact("signed_up", 2 * DAY, f"acme-{number:02}")
    world.tick(2 * DAY)
    twice = stored(world)
    assert len(twice) == 40
    assert {(subject, state) for subject, state, *_ in twice} == set(once.items())
