"""What is stored while messages are still being read: only what stays as it is, and nothing of what has to be read anew."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.facts import reading
from firstwin.facts.batch import Arrival, Batch
from firstwin.facts.moments import microseconds
from firstwin.facts.streaming import BeginAgain, stream
from tests.facts.messages import LATER, Body, alias, day, group, identify, parsed, put, rows, track


def streamed(engine: Engine, *bodies: Body) -> tuple[int | None, int]:
    """How many rows are said to be stored, and how many are."""
    with write(engine) as connection:
        messages = parsed(bodies)
        known = reading.known(connection, messages, "UTC")
        before = connection.scalar(select(func.count()).select_from(tables.event)) or 0
        batch = Batch(known, Arrival(microseconds(LATER), is_history=False, source="x"))
        found = None
        with suppress(BeginAgain), connection.begin_nested():
            found = stream(connection, batch, messages, batch.came_late)
        after = connection.scalar(select(func.count()).select_from(tables.event)) or 0
        connection.rollback()
    return found, after - before


def test_facts_that_nothing_can_change_are_stored_at_once(engine: Engine) -> None:
    put(engine, group("ann", "acme", day(0)))
    assert streamed(engine, track("opened", "ann", day(1)), track("saved", "ann", day(2))) == (2, 2)


def test_from_an_event_without_an_account_on_they_wait(engine: Engine) -> None:
    put(engine, group("ann", "acme", day(0)))
    assert streamed(
        engine, track("opened", "ann", day(1)), track("saved", "bob", day(2)), track("saved", "ann", day(3))
    ) == (1, 1)


def test_from_an_alias_on_they_wait(engine: Engine) -> None:
    put(engine, group("ann", "acme", day(0)))
    found = streamed(
        engine, track("opened", "ann", day(1)), alias("nobody", "ann", day(2)), track("saved", "ann", day(3))
    )
    assert found == (1, 1)


def test_nothing_is_stored_where_one_comes_late(engine: Engine) -> None:
    put(engine, group("ann", "acme", day(0)), identify("ann", day(5), plan="pro"))
    assert streamed(engine, track("opened", "ann", day(6)), identify("ann", day(4), plan="free")) == (None, 0)


def test_two_who_turn_out_to_be_one_are_read_anew(engine: Engine) -> None:
    put(engine, group("ann", "acme", day(0)))
    put(engine, track("opened", "ann", day(1)), alias("ann", "anna", day(2)))
    assert [(account, person) for _, account, person, *_ in rows(engine, "opened")] == [("acme", "anna")]


def test_a_batch_in_which_one_comes_late_is_stored_all_the_same(engine: Engine) -> None:
    put(engine, group("ann", "acme", day(0)), identify("ann", day(5), plan="pro"))
    done = put(
        engine, track("opened", "ann", day(6)), identify("ann", day(4), plan="free"), track("saved", "ann", day(7))
    )
    assert done.new == 3
    assert [name for name, *_ in rows(engine, "opened", "saved")] == ["opened", "saved"]
