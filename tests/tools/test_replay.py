from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import Run, find_run
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.tick.environment import Environment
from firstwin.tools.check import check
from firstwin.tools.replay import Stretch, name_of, replay
from tests.cli.given import make_project, signups

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
STRETCH = Stretch(BEGIN, BEGIN + 4 * DAY, DAY)


@pytest.fixture
def env(tmp_path: Path, engine: Engine) -> Environment:
    """One account signs up on the second of March, at noon."""
    lines = signups("blue").encode().splitlines()
    messages = [message for line in lines if isinstance(message := parse(line, None), Message)]
    with write(engine) as connection:
        ingest(connection, messages, received_at=datetime(2026, 6, 1, tzinfo=UTC), history=True)
    return Environment(check(make_project(tmp_path), {}).library.rules)


def nothing(_: object) -> None: ...


def nudges(engine: Engine, run: str) -> int:
    with read(engine) as connection:
        query = select(func.count()).select_from(tables.nudge).where(tables.nudge.c.run == run)
        return connection.execute(query).scalar_one()


def virtual_now(engine: Engine, run: str) -> datetime:
    with read(engine) as connection:
        found = find_run(connection, run)
    assert found is not None
    return found.virtual_from


def test_slots_go_from_the_beginning_to_the_end() -> None:
    assert list(STRETCH.slots()) == [BEGIN + n * DAY for n in range(5)]
    assert len(STRETCH) == 5
    assert len(Stretch(BEGIN, BEGIN - DAY, DAY)) == 0


@pytest.mark.slow
def test_each_slot_is_ticked_and_told(engine: Engine, env: Environment) -> None:
    told: list[datetime] = []
    done = replay(engine, env, STRETCH, nothing, told.append, Event())
    assert done.complete
    assert told == list(STRETCH.slots())
    assert nudges(engine, done.run) == 2
    assert virtual_now(engine, done.run) == STRETCH.end


def test_the_same_again_changes_nothing(engine: Engine, env: Environment) -> None:
    first = replay(engine, env, STRETCH, nothing, nothing, Event())
    again = replay(engine, env, STRETCH, nothing, nothing, Event())
    assert again == first
    assert nudges(engine, first.run) == 2


def test_what_is_to_be_sent_is_sent_before_the_next_slot(engine: Engine, env: Environment) -> None:
    drained: list[datetime] = []

    def drain(run: Run) -> None:
        drained.append(run.virtual_from)

    sending = Stretch(BEGIN, STRETCH.end, DAY, sends=True)
    replay(engine, env, sending, drain, drained.append, Event())
    assert drained == [slot for slot in STRETCH.slots() for _ in range(2)]


def test_without_sending_nothing_is_drained(engine: Engine, env: Environment) -> None:
    def drain(_: Run) -> None:
        raise AssertionError

    assert replay(engine, env, STRETCH, drain, nothing, Event()).complete


def test_a_run_that_was_stopped_goes_on_where_it_stood(engine: Engine, env: Environment) -> None:
    stopping = Event()

    def stop_at_the_third(slot: datetime) -> None:
        if slot == BEGIN + DAY:
            stopping.set()

    stopped = replay(engine, env, STRETCH, nothing, stop_at_the_third, stopping)
    assert not stopped.complete
    assert virtual_now(engine, stopped.run) == BEGIN + 2 * DAY
    done = replay(engine, env, STRETCH, nothing, nothing, Event())
    assert done.run == stopped.run
    assert nudges(engine, done.run) == 2


def test_other_rules_another_grid_or_sending_are_another_run(env: Environment) -> None:
    rules = env.rules
    names = {
        name_of(STRETCH, rules),
        name_of(STRETCH, rules[:1]),
        name_of(Stretch(BEGIN, STRETCH.end, DAY, sends=True), rules),
        name_of(Stretch(BEGIN, STRETCH.end, DAY / 2), rules),
        name_of(Stretch(BEGIN - DAY, STRETCH.end, DAY), rules),
    }
    assert len(names) == 5
    assert name_of(STRETCH, rules[::-1]) == name_of(STRETCH, rules)
