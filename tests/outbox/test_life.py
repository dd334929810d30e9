"""Whatever workers, sweeps and people do, and in whatever order: nothing is lost, and nothing goes out twice unasked."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.claim import Leased, fences
from firstwin.outbox.give_back import give_back
from firstwin.outbox.pause import pause, resume
from firstwin.outbox.replay import replay
from firstwin.outbox.states import ALLOWED, ENDED, State
from firstwin.outbox.sweep import sweep
from tests.outbox.given import NOON, REPLAY, answered, deliveries, on_the_wire, passes, rows, run_of, taken

COUNT = 4
SOME = st.integers(0, 99)
Kind = Literal["accepted", "retry", "refused", "unknown"]


def reachable() -> dict[State, set[State]]:
    """Where a delivery may be after any number of allowed steps."""
    found = {state: {state} for state in State}
    for _ in State:
        for before, after in ALLOWED:
            for reached in found.values():
                if before in reached:
                    reached.add(after)
    return found


REACHABLE = reachable()


class Life(RuleBasedStateMachine):
    """``held`` are leases that some worker believes to have, ``sent`` messages whose answer is still to come."""

    def __init__(self, engine: Engine, policy: Literal["retry", "park"]) -> None:
        super().__init__()
        self.engine = engine
        self.policy = policy
        self.held: list[Leased] = []
        self.sent: list[Leased] = []
        self.went_out: Counter[int] = Counter()
        self.replays: Counter[int] = Counter()
        self.before: dict[int, State] = {}

    @initialize()
    def begin(self) -> None:
        with write(self.engine) as connection:
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(delete(table))
        deliveries(self.engine, COUNT)

    # ---- workers ----

    @rule(most=st.integers(1, COUNT), suspects=st.booleans())
    def a_worker_claims(self, most: int, suspects: bool) -> None:
        self.held += taken(self.engine, most=most, suspects=suspects)

    @precondition(lambda self: self.held)
    @rule(which=SOME)
    def it_takes_one_to_the_wire(self, which: int) -> None:
        leased = self.held.pop(which % len(self.held))
        if on_the_wire(self.engine, [leased]).sending:
            self.went_out[leased.id] += 1
            self.sent.append(leased)

    @precondition(lambda self: self.held)
    @rule(which=SOME)
    def it_hands_one_back(self, which: int) -> None:
        leased = self.held.pop(which % len(self.held))
        with write(self.engine) as connection:
            give_back(connection, fences([leased]))

    @precondition(lambda self: self.held)
    @rule()
    def it_dies(self) -> None:
        self.held.clear()

    @precondition(lambda self: self.sent)
    @rule(which=SOME, kind=st.sampled_from(["accepted", "retry", "refused", "unknown"]), free=st.booleans())
    def an_answer_comes(self, which: int, kind: Kind, free: bool) -> None:
        leased = self.sent.pop(which % len(self.sent))
        answered(self.engine, leased, kind, on_unknown={"crm": self.policy}, free=free and kind == "retry")

    # ---- time and people ----

    @rule(minutes=st.sampled_from([0.2, 2, 30]))
    def time_passes(self, minutes: float) -> None:
        passes(self.engine, minutes=minutes)
        with write(self.engine) as connection:
            sweep(connection, {"crm": self.policy}, lambda: 0.5)

    @rule(hours=st.sampled_from([1, 30]))
    def the_run_goes_on(self, hours: int) -> None:
        with write(self.engine) as connection:
            set_clock(connection, REPLAY, run_of(self.engine).virtual_from + timedelta(hours=hours))

    @rule()
    def somebody_pauses_the_rule(self) -> None:
        with write(self.engine) as connection:
            pause(connection, "no-login", who="ada", why=None, at=NOON)

    @rule()
    def somebody_resumes_it(self) -> None:
        with write(self.engine) as connection:
            resume(connection, "no-login")

    @rule()
    def somebody_replays_everything(self) -> None:
        with write(self.engine) as connection:
            self.replays.update(replay(connection, sorted(self.now()), who="ada", why="to see"))

    # ---- what must hold, always ----

    def now(self) -> dict[int, Any]:
        return {row.id: row for row in rows(self.engine, tables.delivery)}

    @invariant()
    def nothing_is_lost_and_every_step_is_allowed(self) -> None:
        found = {id_: State(row.state) for id_, row in self.now().items()}
        assert len(found) == COUNT
        assert all(found[id_] in REACHABLE[before] for id_, before in self.before.items())
        self.before = found

    @invariant()
    def what_was_delivered_stays_delivered_and_is_known_as_a_fact(self) -> None:
        delivered = {id_ for id_, row in self.now().items() if row.state == State.DELIVERED}
        accepted = Counter(row.delivery_id for row in rows(self.engine, tables.attempt) if row.outcome == "accepted")
        assert accepted == Counter(delivered)
        assert len(rows(self.engine, tables.event)) == len(delivered)

    @invariant()
    def each_message_that_went_out_is_written_down(self) -> None:
        assert Counter(row.delivery_id for row in rows(self.engine, tables.attempt)) == self.went_out
        assert sum(row.sent for row in rows(self.engine, tables.day_count)) == len(self.went_out)

    @invariant()
    def one_that_may_have_arrived_is_not_sent_again_unless_policy_or_a_person_says_so(self) -> None:
        if self.policy == "park":
            unsure = Counter(
                row.delivery_id for row in rows(self.engine, tables.attempt) if row.outcome in (None, "unknown", "late")
            )
            assert all(count <= 1 + self.replays[id_] for id_, count in unsure.items())

    @invariant()
    def an_ended_delivery_says_when_and_one_at_work_until_when(self) -> None:
        for row in self.now().values():
            assert (row.settled_at is not None) == (row.state in ENDED)
            assert (row.lease_until is not None) == (row.state in (State.LEASED, State.SENDING))
            assert 0 <= row.attempts <= row.fence


@pytest.mark.parametrize("policy", ["retry", "park"])
def test_any_order_of_things(sqlite_engine: Engine, policy: Literal["retry", "park"]) -> None:
    few = settings(max_examples=5, stateful_step_count=20)
    run_state_machine_as_test(lambda: Life(sqlite_engine, policy), settings=few)  # type: ignore[arg-type] # anything that makes one


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["retry", "park"])
def test_any_order_of_many_things(engine: Engine, policy: Literal["retry", "park"]) -> None:
    many = settings(max_examples=150, stateful_step_count=60)
    run_state_machine_as_test(lambda: Life(engine, policy), settings=many)  # type: ignore[arg-type] # anything that makes one
