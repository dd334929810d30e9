"""What processes that share a backtest write to each other arrives as it was."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firstwin.outbox.suppressions import AddressHash
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.came import Came, Left, Place, Sent
from firstwin.tools.backtest.letters import (
    Task,
    environment_letter,
    read_came,
    read_task,
    rule_letter,
    write_came,
    write_task,
)
from firstwin.tools.backtest.shards import Shard
from tests.tick.test_rules import GROUPS
from tests.tools.backtest.test_run import GRID

OWN = {"rules", "feeds", "told", "_asked"}  # what whoever reads a task has of its own, or a backtest has not
SET = Environment(
    (), "Europe/Berlin", timedelta(hours=5), timedelta(minutes=7), {"email": timedelta(days=2, microseconds=1)}, "ses",
    "ann", {"Bob": "bob"}, {"bob": "Asia/Tokyo"}, AddressHash(("one", "two")),
)  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8"), max_size=4)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LISTS = st.lists(TEXTS, max_size=2).map(tuple)
PLACES = st.builds(Place, TEXTS, TEXTS, st.none() | TEXTS, LISTS, st.none() | TIMES, TEXTS)
SENT = st.builds(
    Sent, TEXTS, TEXTS, TEXTS, TEXTS, TIMES, TIMES, TEXTS, st.lists(PLACES, max_size=3).map(tuple), LISTS,
    st.none() | TEXTS,
)  # fmt: skip
LEFT = st.builds(Left, TEXTS, TEXTS, TEXTS, TEXTS, TIMES, TIMES, TEXTS)


def test_a_task_arrives_as_it_was() -> None:
    for rules in GROUPS.values():
        for rule in rules:
            task = Task("sqlite:///x", None, rule_letter(rule), environment_letter(SET), GRID, Shard("a", None))
            read = read_task(write_task(task))
            assert read == task
            assert "sqlite" not in repr(read)  # it may hold a password
            assert read.env.rules == (rule,)


def test_every_setting_of_an_environment_arrives() -> None:
    rule = next(iter(GROUPS.values()))[0]
    task = Task("sqlite:///x", "1-2", rule_letter(rule), environment_letter(SET), GRID, Shard(None, "b"))
    env = read_task(write_task(task)).env
    settings = {field.name for field in fields(Environment)} - OWN
    assert {name: getattr(env, name) for name in settings} == {name: getattr(SET, name) for name in settings}
    unset = Environment(())
    assert all(getattr(env, name) != getattr(unset, name) for name in settings)


@given(st.dictionaries(TEXTS, st.lists(SENT, max_size=3), max_size=2), st.lists(LEFT, max_size=3))
def test_what_came_arrives_as_it_was(sent: dict[str, list[Sent]], left: list[Left]) -> None:
    came = Came()
    came.sent.update(sent)
    came.left["one"] = left
    read = read_came(write_came(came))
    assert (read.sent, read.left) == (came.sent, came.left)
    assert [type(one) for found in read.sent.values() for one in found] == [Sent] * sum(map(len, sent.values()))
