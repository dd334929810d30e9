"""Dates that come round each year: ticks find what a look at everyone finds, and without any one boundary they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import Connection, Engine, delete, insert

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import open_run
from firstwin.match import memory
from firstwin.match.boundary import Boundary
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import Seen
from firstwin.match.starts.found import Findings
from firstwin.match.starts.yearly import RETURN, DateEachYear, boundaries_of, coming
from firstwin.rules.terms import DateStart, Rule
from tests.match.histories import history, tick_times
from tests.match.naive_calendar import DAY
from tests.match.naive_facts import Fact
from tests.match.packed import pack, store, store_subjects
from tests.match.pool_all import RULES

ZONE, RUN = "Europe/Berlin", "replay"
KNOWN = Seen("known")
YEARLY = {name: rule for name, rule in RULES.items() if isinstance(rule.when, DateStart) and rule.when.yearly}
BOUNDARIES = [
    (name, rule, one) for name, rule in YEARLY.items() for one in sorted(boundaries_of(Asked(rule, KNOWN)), key=str)
]
Watched = frozenset[Boundary | str]


def test_each_kind_of_boundary_is_among_those_that_are_taken_away() -> None:
    kinds = {(one if isinstance(one, str) else one.whose, rule.about) for _, rule, one in BOUNDARIES}
    assert kinds == {
        ("subject", "person"), ("subject", "account"), ("account", "person"), (RETURN, "person"), (RETURN, "account"),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rule"), YEARLY.items())
def test_ticks_find_what_a_look_at_everyone_finds(engine: Engine, name: str, rule: Rule) -> None:
    for seed in range(3):
        assert missed(engine, rule, sum(map(ord, name)) + seed, boundaries_of(Asked(rule, KNOWN))) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rule", "boundary"), BOUNDARIES, ids=[f"{name} without {one}" for name, _, one in BOUNDARIES]
)
def test_without_any_one_boundary_ticks_miss_something(
    sqlite_engine: Engine, name: str, rule: Rule, boundary: Boundary | str
) -> None:
    watched = boundaries_of(Asked(rule, KNOWN)) - {boundary}
    for seed in range(60):
        if missed(sqlite_engine, rule, sum(map(ord, name)) + 7919 * seed, watched, boundary):
            return
    pytest.fail(f"{boundary} can be left out and nobody notices: is it one?")


def missed(engine: Engine, rule: Rule, seed: int, watched: Watched, without: Boundary | str = RETURN) -> list[object]:
    """What a look at everyone finds right after a tick that knows of these boundaries alone."""
    rng = Random(seed)
    slots = tick_times(rng, rule, kind=rule.about)
    facts: Sequence[Fact] = pack(history(rng, rule, slots, rule.about, RUN) for _ in range(60))
    if isinstance(without, Boundary):
        facts = dated_ahead(rng, facts, without.name)
    begin_anew(engine, slots[0])
    store_subjects(engine, facts)
    store(engine, facts)
    asked, previous = Asked(rule, KNOWN), None
    for slot in slots:
        moment = Moment(RUN, slot, previous, zone=ZONE)
        with write(engine) as connection:
            take(connection, asked, moment, look(connection, asked, moment, slots[0], watched))
            everyone = DateEachYear().look(connection, asked, moment, slots[0], True)
        if everyone.found or everyone.left:
            return [*everyone.found, *everyone.left]
        previous = slot
    return []


def look(
    connection: Connection, asked: Asked, moment: Moment, earliest: datetime, watched: Watched
) -> Findings:  # fmt: skip
    return DateEachYear(watched).look(connection, asked, moment, earliest, False)


def take(connection: Connection, asked: Asked, moment: Moment, findings: Findings) -> None:
    memory.leave(connection, asked, moment, findings.left)
    memory.take(connection, asked, moment, findings.found)


def dated_ahead(rng: Random, facts: Sequence[Fact], name: str) -> list[Fact]:
    """Some facts of that name known before they happen: what the age 0 is there for."""
    return [
        replace(fact, known_at=fact.occurred_at - DAY, received_at=fact.occurred_at - DAY)
        if fact.name == name and rng.random() < 0.4
        else fact
        for fact in facts
    ]


def begin_anew(engine: Engine, now: datetime) -> None:
    with write(engine) as connection:
        for table in (tables.step_due, tables.start, tables.event, tables.account, tables.person, tables.zone):
            connection.execute(delete(table))
        open_run(connection, RUN, virtual_from=now, rate=0, sends=False)


# ---- what comes next ------------------------------------------------------------------------------------------------


def test_the_next_return_is_told_for_one_subject(engine: Engine) -> None:
    birthday = YEARLY["birthday"]
    begin_anew(engine, at("2026-03-01"))
    fact = Fact(
        1, None, None, "p1", "firstwin.person.birthday", {"value": "1992-02-29"}, at("1992-02-29"),
        at("2026-01-01"), at("2026-01-01"), at("2026-01-01"),
    )  # fmt: skip
    store_subjects(engine, [fact])
    with write(engine) as connection:
        connection.execute(insert(tables.person), [{"id": "p2", "traits": {}, "asserted": {}}])
    store(engine, [fact])
    asked = Asked(replace(birthday, steps=birthday.steps[:2]), KNOWN)  # before it, and on it
    with write(engine) as connection:
        found = [
            coming(connection, asked, Moment(RUN, at(now)), "p1") for now in ("2026-02-27", "2026-02-28", "2027-03-01")
        ]
        nobody = coming(connection, asked, Moment(RUN, at("2026-02-27")), "p2")
    assert found == [at("2026-02-28"), at("2027-02-28"), at("2028-02-29")]
    assert nobody is None


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")
