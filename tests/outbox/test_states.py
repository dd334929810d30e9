"""The life of a delivery: every step that is written down is allowed, and no other."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.outbox.rows import Change, Lost, change
from firstwin.outbox.states import ALLOWED, By, NotAllowed, State, require
from tests.outbox.given import deliveries, force, state_of

# As it is promised, written out once more: from | to | who.
LIFE = """
scheduled retry_wait held                | leased                            | claim
scheduled retry_wait held                | suppressed cancelled expired held | claim
scheduled retry_wait held leased         | cancelled                         | person
leased                                   | scheduled                         | reaper worker
leased                                   | suppressed cancelled expired held | worker
leased                                   | dead                              | worker reaper
leased                                   | sending                           | worker
sending                                  | delivered retry_wait dead         | worker
sending                                  | unknown                           | worker reaper
unknown                                  | retry_wait delivered dead         | policy
unknown retry_wait                       | delivered                         | worker
dead unknown expired suppressed          | scheduled                         | person
"""


def promised() -> set[tuple[str, str, str]]:
    lines = [[part.split() for part in line.split("|")] for line in LIFE.strip().splitlines()]
    return {step for befores, afters, whos in lines for step in product(befores, afters, whos)}


def test_the_table_is_what_is_promised() -> None:
    assert {(before, after, by) for (before, after), whos in ALLOWED.items() for by in whos} == promised()


@pytest.mark.parametrize("by", list(By))
def test_every_other_step_is_refused(by: By) -> None:
    for before, after in product(State, State):
        if (before, after, by) in promised():
            require(before, after, by)
        else:
            with pytest.raises(NotAllowed, match=f"the {by} may not change a delivery from {before} to {after}"):
                require(before, after, by)


def test_a_row_takes_the_allowed_steps_and_no_other(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    for before, after in product(State, State):
        force(engine, id_, state=before.value)
        by = min(ALLOWED.get((before, after), {By.PERSON}))
        with write(engine) as connection:
            if (before, after) in ALLOWED:
                change(connection, by, [Change(id_, 0, before, after)])
            else:
                with pytest.raises(NotAllowed):
                    change(connection, by, [Change(id_, 0, before, after)])
        assert state_of(engine, id_) is (after if (before, after) in ALLOWED else before)


@pytest.mark.parametrize(("fence", "before"), [(1, State.SCHEDULED), (0, State.HELD)], ids=["fence", "state"])
def test_a_change_compares_state_and_fence_with_the_row(engine: Engine, fence: int, before: State) -> None:
    first, second = deliveries(engine, 2)
    changes = [Change(first, 0, State.SCHEDULED, State.LEASED), Change(second, fence, before, State.LEASED)]
    with pytest.raises(Lost), write(engine) as connection:
        change(connection, By.CLAIM, changes)
    assert (state_of(engine, first), state_of(engine, second)) == (State.SCHEDULED, State.SCHEDULED)
