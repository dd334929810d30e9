"""A destination that takes nothing any more is told of through another, once, and over the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.claim import Leased
from firstwin.outbox.destinations import disable, enable, know
from firstwin.outbox.notices import NOTICE
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import settle
from firstwin.tools.verify import verify
from tests.outbox.given import ADDRESSES, NOON, REPLAY, answered, on_the_wire, rows, sending, states, taken


def gone(engine: Engine, ops: str | None = "cs-slack", leased: Sequence[Leased] | None = None) -> Mapping[str, str]:
    """Messages to the CRM, one or these, are told that there is no such address any more; who was told of it."""
    going = sending(engine) if leased is None else leased
    outcomes = [Outcome(each.id, each.fence, "refused", "http_410", disable=True) for each in going]
    with write(engine) as connection:
        return settle(connection, REPLAY, outcomes, {}, lambda: 0.5, ops=ops).gone


def notices(engine: Engine) -> list[Any]:
    return [row for row in rows(engine, tables.delivery) if row.rule == NOTICE]


def who_knows(engine: Engine) -> str | None:
    with read(engine) as connection:
        d = tables.destination.c
        told: str | None = connection.execute(select(d.disabled_told).where(d.name == "crm")).scalar_one()
    return told


def test_its_people_are_told_once_however_many_messages_find_out(engine: Engine) -> None:
    *together, late = sending(engine, 4)
    assert gone(engine, leased=together) == {"crm": "cs-slack"}
    (notice,) = notices(engine)
    assert (notice.destination, notice.channel, notice.state) == ("cs-slack", "alert", "scheduled")
    assert who_knows(engine) == "cs-slack"
    assert gone(engine, leased=[late]) == {}
    assert len(notices(engine)) == 1


def test_it_goes_out_like_any_message_and_is_no_nudge(engine: Engine) -> None:
    gone(engine)
    (leased,) = taken(engine, "cs-slack")
    assert on_the_wire(engine, [leased], gates=lambda *_, **__: {}, daily_cap=0).sending == {leased.id}
    answered(engine, leased, "accepted")
    assert states(engine) == {"dead": 1, "delivered": 1}
    assert rows(engine, tables.event) == []
    with read(engine) as connection:
        assert [each for each in verify(connection, ADDRESSES) if each.rows] == []


def test_one_that_is_gone_again_after_a_person_enabled_it_is_told_of_again(engine: Engine) -> None:
    gone(engine)
    with write(engine) as connection:
        enable(connection, "crm")
    assert who_knows(engine) is None
    assert gone(engine) == {"crm": "cs-slack"}
    assert len(notices(engine)) == 2


@pytest.mark.parametrize("ops", [None, "crm", "nobody-knows-it", "mail"])
def test_where_nobody_can_be_told_it_says_so(engine: Engine, ops: str | None) -> None:
    """None is named, it is the dead one itself, it is not there, or it is dead as well."""
    with write(engine) as connection:
        know(connection, ["mail"])
        disable(connection, {"mail": "http_410"}, NOON)
    assert gone(engine, ops=ops) == {"crm": ""}
    assert notices(engine) == []
    assert who_knows(engine) is None
