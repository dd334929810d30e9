"""One delivery for many subjects: how they come on its list, in which order, and who comes off it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.match.value import Standing
from firstwin.outbox.claim import fences
from firstwin.outbox.clocks import clocks
from firstwin.outbox.digests import Item, in_order
from firstwin.outbox.put import put
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.states import State
from firstwin.outbox.wire import Checked, still_true
from tests.outbox.digests import Closed, digests, items, listed, on_list
from tests.outbox.given import ADDRESSES, NOON, REPLAY, a_run, answered, on_the_wire, rows, state_of, taken

VALUES = {"acme": 500, "big": 9000, "small": 10}


def checked(engine: Engine, gates: Closed, leased: Any) -> Checked:
    with write(engine) as connection:
        return still_true(connection, clocks(connection, REPLAY), fences(leased), gates, ADDRESSES, Restraint())


@pytest.mark.slow
def test_each_receiver_gets_one_delivery_for_one_moment(engine: Engine) -> None:
    assert listed(engine, VALUES).deliveries == 1
    assert listed(engine, {"other": 1}, receiver="ben").deliveries == 1
    assert listed(engine, {"acme2": 1}, destination="team").deliveries == 1
    next_week = listed(engine, {"again": 1}, due_at=NOON + timedelta(days=7))
    assert next_week.deliveries == 1
    assert [row.destination for row in digests(engine)] == ["cs-slack", "cs-slack", "team", "cs-slack"]
    assert [(row.channel, row.template) for row in digests(engine)] == [("digest", "at-risk")] * 4


@pytest.mark.slow
def test_who_comes_in_a_later_batch_of_the_same_moment_comes_on_the_same_list_once(engine: Engine) -> None:
    listed(engine, {"acme": 1})
    assert listed(engine, {"big": 2}).deliveries == 0
    assert listed(engine, {"acme": 1, "big": 2}).deliveries == 0
    assert items(engine) == [("acme", None), ("big", None)]


@pytest.mark.slow
def test_who_comes_when_it_has_gone_out_is_told_so_and_gets_no_second_one(engine: Engine) -> None:
    listed(engine, {"acme": 1})
    (leased,) = taken(engine, "cs-slack")
    listed(engine, {"late": 2})
    assert items(engine) == [("acme", None)]
    (skip,) = rows(engine, tables.skip)
    assert (skip.subject, skip.reason) == ("late", "too_late")
    assert "the digest had gone out" in skip.detail
    assert len(digests(engine)) == 1
    assert leased.channel == "digest"


@pytest.mark.slow
def test_a_run_that_sends_nothing_has_no_lists(engine: Engine) -> None:
    assert listed(engine, VALUES, sends=False).deliveries == 0
    assert items(engine) == []
    assert rows(engine, tables.skip) == []


@pytest.mark.slow
def test_at_the_wire_every_subject_is_judged_again_and_who_acted_comes_off_with_the_reason(engine: Engine) -> None:
    listed(engine, VALUES)
    leased = taken(engine, "cs-slack")
    found = checked(engine, Closed("big"), leased)
    (its_list,) = found.digests.values()
    assert [item.value for item in its_list.items] == [500, 10]
    assert (its_list.receiver, its_list.top) == ("anna", 2)
    assert items(engine) == [("acme", None), ("big", "gate_false"), ("small", None)]
    assert on_the_wire(engine, leased, gates=Closed()).sending == {leased[0].id}


@pytest.mark.slow
def test_a_digest_with_nobody_left_is_not_sent_and_says_why(engine: Engine) -> None:
    listed(engine, VALUES)
    (leased,) = taken(engine, "cs-slack")
    found = checked(engine, Closed(*VALUES), (leased,))
    assert found.going == {}
    assert state_of(engine, leased.id) is State.CANCELLED
    assert [row.reason for row in digests(engine)] == ["nobody_left"]
    assert {reason for _, reason in items(engine)} == {"gate_false"}


@pytest.mark.slow
def test_who_acts_after_it_was_written_has_it_written_again(engine: Engine) -> None:
    listed(engine, VALUES)
    leased = taken(engine, "cs-slack")
    checked(engine, Closed(), leased)
    assert on_the_wire(engine, leased, gates=Closed("acme")).sending == frozenset()
    assert state_of(engine, leased[0].id) is State.SCHEDULED
    again = taken(engine, "cs-slack")
    assert checked(engine, Closed(), again).going.keys() == {leased[0].id}
    assert on_the_wire(engine, again, gates=Closed()).sending == {leased[0].id}
    assert items(engine) == [("acme", "gate_false"), ("big", None), ("small", None)]


@pytest.mark.slow
def test_each_subject_on_the_list_counts_as_nudged_once_it_has_arrived(engine: Engine) -> None:
    listed(engine, VALUES)
    leased = taken(engine, "cs-slack")
    checked(engine, Closed("big"), leased)
    on_the_wire(engine, leased, gates=Closed())
    answered(engine, leased[0], "accepted")
    e = tables.event.c
    with read(engine) as connection:
        facts = connection.execute(select(e.account_id, e.name).order_by(e.account_id)).all()
    assert [tuple(fact) for fact in facts] == [
        ("acme", "firstwin.nudged.no-login"),
        ("small", "firstwin.nudged.no-login"),
    ]


@pytest.mark.slow
def test_evidence_is_asked_only_of_those_who_are_told_one_by_one(engine: Engine) -> None:
    gates = Closed()
    listed(engine, {f"a{number}": number for number in range(10)})
    checked(engine, gates, taken(engine, "cs-slack"))
    assert gates.asked == [10, 2]


@pytest.mark.slow
def test_two_lists_of_one_nudge_are_two_deliveries(engine: Engine) -> None:
    run = a_run(engine)
    with write(engine) as connection:
        one = on_list(connection, "acme", 1)
        other = on_list(connection, "acme", 1, destination="team", receiver="")
        put(connection, run, [one._replace(planned=(*one.planned, *other.planned))], NOON)
    assert [row.destination for row in digests(engine)] == ["cs-slack", "team"]
    assert len(items(engine)) == 2


def item(value: object) -> Item:
    return Item(1, 1, None, value, Standing(), None)


@pytest.mark.parametrize(
    ("values", "highest", "lowest"),
    [
        ([3, 10, 9.5], [10, 9.5, 3], [3, 9.5, 10]),
        ([None, 3, None, 10], [10, 3, None, None], [3, 10, None, None]),
        (["2026-03-01", "2026-02-01"], ["2026-03-01", "2026-02-01"], ["2026-02-01", "2026-03-01"]),
        (["b", 1, None, "a", 2], [2, 1, "b", "a", None], [1, 2, "a", "b", None]),
    ],
)
def test_the_highest_or_the_lowest_comes_first_and_last_of_all_who_has_no_value(
    values: list[object], highest: list[object], lowest: list[object]
) -> None:
    found = [item(value) for value in values]
    assert [one.value for one in in_order(found, lowest_first=False)] == highest
    assert [one.value for one in in_order(found, lowest_first=True)] == lowest
