"""Whatever workers, sweeps and people do, and in whatever order: nothing is lost, and nothing goes out twice unasked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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
from sqlalchemy import Engine, Row, delete

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import set_clock
from firstwin.outbox.claim import Leased, fences
from firstwin.outbox.destinations import enable
from firstwin.outbox.give_back import give_back
from firstwin.outbox.pause import pause, resume
from firstwin.outbox.replay import replay
from firstwin.outbox.states import ALLOWED, ENDED, State
from firstwin.outbox.sweep import MOST_LOSSES, sweep
from firstwin.outbox.wire import Paced
from firstwin.tools.verify import verify
from tests.outbox.given import ADDRESSES, NOON, REPLAY, answered, deliveries, on_the_wire, passes, rows, run_of, taken

pytestmark = pytest.mark.slow

MOST = 9
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
        self.a_tick_puts_one_more()
        self.a_worker_claims(sends=True)

    @precondition(lambda self: len(self.before) < MOST)
    @rule()
    def a_tick_puts_one_more(self) -> None:
        deliveries(self.engine)

    # ---- workers ----

    @rule(sends=st.booleans())
    def a_worker_claims(self, sends: bool) -> None:
        """What it does not send at once it sends later, hands back, or loses."""
        leased = [*taken(self.engine), *taken(self.engine, suspects=True)]
        if sends:
            self.wire(leased)
        else:
            self.held += leased

    # What is held and sent depends on real time, too (a rate lets through what it may), so that no rule is left out by it.

    @rule(which=SOME)
    def it_takes_one_to_the_wire(self, which: int) -> None:
        if self.held:
            self.wire([self.held.pop(which % len(self.held))])

    @rule(which=SOME)
    def it_hands_one_back(self, which: int) -> None:
        if self.held:
            leased = self.held.pop(which % len(self.held))
            with write(self.engine) as connection:
                give_back(connection, fences([leased]))

    @rule(which=SOME, kind=st.sampled_from(["accepted", "retry", "refused", "unknown"]), free=st.booleans())
    def an_answer_comes(self, which: int, kind: Kind, free: bool) -> None:
        if self.sent:
            leased = self.sent.pop(which % len(self.sent))
            answered(self.engine, leased, kind, on_unknown={"crm": self.policy}, free=free and kind == "retry")

    @rule(kind=st.sampled_from(["retry", "retry", "unknown"]))
    def all_of_them_fail(self, kind: Kind) -> None:
        """So that breakers open, and open again."""
        while self.sent:
            answered(self.engine, self.sent.pop(), kind, on_unknown={"crm": self.policy})

    def wire(self, leased: Sequence[Leased]) -> None:
        """Now and then at a rate, which lets only one through."""
        before = self.place()
        paced = Paced("crm", 1) if len(leased) % 2 else None
        wired = on_the_wire(self.engine, leased, paced=paced)
        going, after = wired.sending, self.place()
        assert paced is None or len(going) <= 1
        assert not going or before.breaker == "closed" or going == {before.probe_delivery}
        assert not going or before.disabled_at is None
        self.held += [each for each in leased if each.id in wired.later]
        assert after.breaker == before.breaker
        self.went_out.update(going)
        self.sent += [each for each in leased if each.id in going]

    def place(self) -> Row[Any]:
        (found,) = (row for row in rows(self.engine, tables.destination) if row.name == "crm")
        return found

    # ---- time and people ----

    @rule(minutes=st.sampled_from([0.2, 2, 600]))
    def time_passes(self, minutes: float) -> None:
        """Leases run out and are swept; then what failed has waited long enough."""
        passes(self.engine, minutes=minutes)
        with write(self.engine) as connection:
            sweep(connection, {"crm": self.policy}, lambda: 0.5)
        passes(self.engine, seconds=10)

    @rule(deed=st.sampled_from(["waits a day", "pauses", "resumes", "replays", "enables"]))
    def somebody(self, deed: str) -> None:
        with write(self.engine) as connection:
            match deed:
                case "waits a day":
                    set_clock(connection, REPLAY, run_of(self.engine).virtual_from + timedelta(days=1))
                case "pauses":
                    pause(connection, "no-login", who="ada", why=None, at=NOON)
                case "resumes":
                    resume(connection, "no-login")
                case "enables":
                    enable(connection, "crm")
                case "replays":
                    self.replays.update(replay(connection, sorted(self.before), who="ada", why="to see"))

    # ---- what must hold, always ----

    @invariant()
    def everything_holds(self) -> None:
        found = {row.id: row for row in rows(self.engine, tables.delivery)}
        attempts = rows(self.engine, tables.attempt)
        self.nothing_is_lost_and_every_step_is_allowed(found)
        self.what_was_delivered_is_known_as_a_fact(found, attempts)
        self.each_message_that_went_out_is_written_down(attempts)
        self.only_policy_or_a_person_sends_again_what_may_have_arrived(attempts)
        self.a_destination_that_is_tried_out_has_one_message_on_its_way()
        for row in found.values():
            self.a_row_is_at_one_with_itself(row)

    def a_destination_that_is_tried_out_has_one_message_on_its_way(self) -> None:
        place = self.place()
        assert (place.breaker == "half_open") == (place.probe_delivery is not None)
        assert (place.breaker == "open") == (place.opened_until is not None)

    def nothing_is_lost_and_every_step_is_allowed(self, found: Mapping[int, Row[Any]]) -> None:
        states = {id_: State(row.state) for id_, row in found.items()}
        assert all(states[id_] in REACHABLE[before] for id_, before in self.before.items())
        self.before = states

    def what_was_delivered_is_known_as_a_fact(self, found: Mapping[int, Row[Any]], attempts: list[Row[Any]]) -> None:
        """An acceptance is that of the newest attempt."""
        delivered = {(id_, row.fence) for id_, row in found.items() if row.state == State.DELIVERED}
        assert {(row.delivery_id, row.fence) for row in attempts if row.outcome == "accepted"} == delivered
        assert len(rows(self.engine, tables.event)) == len(delivered)

    def each_message_that_went_out_is_written_down(self, attempts: list[Row[Any]]) -> None:
        assert Counter(row.delivery_id for row in attempts) == self.went_out
        assert sum(row.sent for row in rows(self.engine, tables.day_count)) == len(self.went_out)

    def only_policy_or_a_person_sends_again_what_may_have_arrived(self, attempts: list[Row[Any]]) -> None:
        if self.policy == "park":
            unsure = Counter(row.delivery_id for row in attempts if row.outcome in (None, "unknown", "late"))
            assert all(count <= 1 + self.replays[id_] for id_, count in unsure.items())

    def teardown(self) -> None:
        """An auditor finds nothing, but that all was tried again too soon: here time passes without waiting."""
        with read(self.engine) as connection:
            assert [each for each in verify(connection, ADDRESSES) if each.rows and each.id != "not_too_soon"] == []

    def a_row_is_at_one_with_itself(self, row: Row[Any]) -> None:
        assert (row.settled_at is not None) == (row.state in ENDED)
        assert (row.lease_until is not None) == (row.state in (State.LEASED, State.SENDING))
        assert (row.state == State.DEAD and row.reason == "poison") == (row.lease_losses == MOST_LOSSES)
        assert 0 <= row.attempts <= row.fence


@pytest.mark.parametrize("policy", ["retry", "park"])
def test_any_order_of_things(sqlite_engine: Engine, policy: Literal["retry", "park"]) -> None:
    few = settings(max_examples=6, stateful_step_count=30)
    run_state_machine_as_test(lambda: Life(sqlite_engine, policy), settings=few)  # type: ignore[arg-type] # anything that makes one


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["retry", "park"])
def test_any_order_of_many_things(engine: Engine, policy: Literal["retry", "park"]) -> None:
    many = settings(max_examples=150, stateful_step_count=50)
    run_state_machine_as_test(lambda: Life(engine, policy), settings=many)  # type: ignore[arg-type] # anything that makes one
