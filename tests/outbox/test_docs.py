"""docs/deliveries.md tells the states, transitions and schedules that the code has, and its queries can be asked."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from firstwin.db.engine import read, write
from firstwin.db.tables import attempt, delivery
from firstwin.outbox.schedule import WAITS
from firstwin.outbox.states import ALLOWED, By, State
from tests.outbox.given import answered, sending

PAGE = (Path(__file__).parents[2] / "docs" / "deliveries.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
UNITS = {"s": timedelta(seconds=1), "min": timedelta(minutes=1), "h": timedelta(hours=1)}


def table(title: str) -> list[list[str]]:
    """The rows of the table below a title."""
    (section,) = re.findall(rf"## {title}\n(.*?)(?=\n## |\Z)", PAGE, re.DOTALL)
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_transition_is_told_and_no_other() -> None:
    told: dict[tuple[State, State], set[By]] = {}
    for before, after, who, _ in table("Transitions"):
        for step in ((b, a) for b in before.split(", ") for a in after.split(", ")):
            told.setdefault((State(step[0]), State(step[1])), set()).update(By(each) for each in who.split(", "))
    assert told == {step: set(who) for step, who in ALLOWED.items()}


def test_the_schedules_are_those_of_the_channels() -> None:
    told = {
        channel: tuple(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+) (s|min|h)", waits))
        for channel, waits in table("When it is tried again")
    }
    assert told == dict(WAITS)


@pytest.mark.parametrize("query", QUERIES)
def test_what_went_its_way_is_found_by_no_query(engine: Engine, query: str) -> None:
    accepted, again, *_ = sending(engine, 3)
    answered(engine, accepted, "accepted")
    answered(engine, again, "retry")
    with read(engine) as connection:
        assert connection.exec_driver_sql(query).all() == []


def test_what_did_not_is_found(engine: Engine) -> None:
    (accepted,) = sending(engine)
    with write(engine) as connection:
        connection.execute(update(attempt).values(outcome="accepted", ended_at=attempt.c.began_at))
        connection.execute(update(delivery).values(leased_by=None))
    with read(engine) as connection:
        found = [connection.exec_driver_sql(query).scalars().all() for query in QUERIES]
    assert found == [[], [accepted.id], [accepted.id], [], [], [accepted.id]]
