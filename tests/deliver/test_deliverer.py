"""From what is due to what was sent, through the whole loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver.deliverer import Delivered, Deliverer
from firstwin.match.value import Standing
from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.destinations import enable, pause_destination
from firstwin.outbox.states import State
from firstwin.outbox.sweep import sweep
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown
from tests.deliver.given import OnlyAlerts, Retried, Scripted, a_deliverer, companies, properties
from tests.outbox.given import NOON, deliveries, force, passes, row_of, rows, state_of, states, taken

pytestmark = pytest.mark.slow

LONG = 60  # seconds that are never used up: a round ends when nothing is left to do


def test_a_mail_is_rendered_for_its_recipient_and_sent(engine: Engine, tmp_path: Path) -> None:
    mail = Scripted(lambda _: Accepted("msg-1", "queued"))
    (id_,) = deliveries(engine, channels=("email",), person="anna")
    companies(engine, [0])
    properties(engine, "person", "anna", name="Anna Berg", email="anna@example.com")
    project = {"mail": {"sender": "mail", "from": "Acme <hello@example.com>"}, "senders": {"mail": {"type": "smtp"}}}
    done = a_deliverer(engine, tmp_path, {"mail": mail}, project=project).run()
    assert done == Delivered({State.DELIVERED: 1})
    (sent,) = mail.sent
    assert isinstance(sent, Mail)
    assert (sent.to, sent.sender, sent.subject) == (
        "acme-0000@example.com",
        "Acme <hello@example.com>",
        "Your first login, Acme 0",
    )
    assert "Hi Anna, Signed up, not yet logged in." in sent.text
    row = row_of(engine, id_)
    assert (sent.key, row.state, row.provider_id) == (row.key, "delivered", "msg-1")
    assert mail.closed == 1


def test_alerts_and_webhooks_go_to_their_destinations(engine: Engine, tmp_path: Path) -> None:
    slack, crm = Scripted(), Scripted()
    deliveries(engine, channels=("alert", "webhook"))
    companies(engine, [0])
    a_deliverer(engine, tmp_path, {"cs-slack": slack, "crm": crm}).run()
    (card,), (payload,) = slack.sent, crm.sent
    assert isinstance(card, AlertCard)
    assert isinstance(payload, Payload)
    assert card.title == "Acme 0 stalled"
    assert payload.data == {"account": "acme-0000", "plan": "pro"}
    assert states(engine) == {"delivered": 2}


def test_many_go_out_each_once_and_never_more_at_once_than_there_are_slots(engine: Engine, tmp_path: Path) -> None:
    crm = Scripted()
    deliveries(engine, 90)
    companies(engine, range(90))
    done = a_deliverer(engine, tmp_path, {"crm": crm}).run()
    assert done == Delivered({State.DELIVERED: 90})
    assert len({message.key for message in crm.sent}) == len(crm.sent) == 90
    assert 1 < crm.most_at_once <= crm.slots
    assert [row.outcome for row in rows(engine, tables.attempt)] == ["accepted"] * 90


def test_nothing_due_is_nothing_done(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, due_at=NOON + timedelta(days=1))
    assert a_deliverer(engine, tmp_path, {"crm": Scripted()}).run() == Delivered()


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (Retry("http_503"), "retry_wait", "http_503"),
        (Retry("http_429", after=timedelta(hours=1), free=True), "retry_wait", "http_429"),
        (Refused("http_404"), "dead", "refused"),
        (Unknown("deadline"), "unknown", "no_answer"),
    ],
)
def test_what_the_other_side_answers_is_settled(
    engine: Engine, tmp_path: Path, answer: Answer, state: str, reason: str
) -> None:
    (id_,) = deliveries(engine)
    companies(engine, [0])
    a_deliverer(engine, tmp_path, {"crm": Scripted(lambda _: answer)}).run()
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == (state, reason)


def test_a_sender_says_what_is_done_with_an_unknown_outcome(engine: Engine, tmp_path: Path) -> None:
    (id_,) = deliveries(engine, channels=("alert",))
    companies(engine, [0])
    slack = Retried(lambda _: Unknown("connection_lost"))
    deliverer = a_deliverer(engine, tmp_path, {"cs-slack": slack})
    deliverer.run()
    assert state_of(engine, id_) is State.RETRY_WAIT
    passes(engine, seconds=10)
    deliverer.run()
    assert [message.possible_repeat for message in slack.sent if isinstance(message, AlertCard)] == [False, True]


def test_a_sender_that_raises_leaves_the_outcome_unknown_and_the_others_alone(engine: Engine, tmp_path: Path) -> None:
    ids = deliveries(engine, 3)
    companies(engine, range(3))

    def script(message: Message) -> Answer:
        if message.key == row_of(engine, ids[1]).key:
            raise ValueError("a mistake in the sender")
        return Accepted()

    a_deliverer(engine, tmp_path, {"crm": Scripted(script)}).run()
    assert [state_of(engine, id_) for id_ in ids] == [State.DELIVERED, State.UNKNOWN, State.DELIVERED]


def test_a_message_that_cannot_be_rendered_is_dead_and_never_on_the_wire(engine: Engine, tmp_path: Path) -> None:
    broken, fine = deliveries(engine, 2, channels=("email",))
    companies(engine, [1])
    mail = Scripted()
    done = a_deliverer(engine, tmp_path, {"mail": mail}).run()
    assert done.states == {State.DEAD: 1, State.DELIVERED: 1}
    assert (row_of(engine, broken).state, row_of(engine, broken).reason) == ("dead", "render_error")
    assert [message.key for message in mail.sent] == [row_of(engine, fine).key]
    assert [row.delivery_id for row in rows(engine, tables.attempt)] == [fine]


def test_a_message_that_its_sender_does_not_take_is_dead(engine: Engine, tmp_path: Path) -> None:
    (id_,) = deliveries(engine)
    companies(engine, [0])
    crm = OnlyAlerts()
    a_deliverer(engine, tmp_path, {"crm": crm}).run()
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("dead", "invalid")
    assert crm.sent == []


def test_an_account_that_acted_between_rendering_and_the_wire_is_not_nudged(engine: Engine, tmp_path: Path) -> None:
    (id_,) = deliveries(engine)
    companies(engine, [0])
    asked: list[int] = []

    def gates(
        _connection: Connection, _run: str, _rule: str, _step: str, starts: Sequence[int], _now: datetime, **_: bool
    ) -> Mapping[int, Standing]:
        asked.append(len(starts))
        return dict.fromkeys(starts, Standing(unless=len(asked) == 2))

    crm = Scripted()
    done = a_deliverer(engine, tmp_path, {"crm": crm}, gates=gates).run()
    assert (crm.sent, asked) == ([], [1, 1])
    assert done == Delivered({State.CANCELLED: 1})
    assert row_of(engine, id_).reason == "gate_false"


def test_gates_that_cannot_be_asked_cost_their_own_deliveries_a_lease_and_no_others(
    engine: Engine, tmp_path: Path, logged: list[MutableMapping[str, Any]]
) -> None:
    deliveries(engine, 1)
    (alert,) = deliveries(engine, 1, channels=("alert",), step="remind")
    companies(engine, range(2))

    def gates(
        _connection: Connection, _run: str, _rule: str, step: str, starts: Sequence[int], _now: datetime, **_: bool
    ) -> Mapping[int, Standing]:
        if not step:
            raise ValueError("a mistake in a rule")
        return dict.fromkeys(starts, Standing())

    deliverer = a_deliverer(engine, tmp_path, {"crm": Scripted(), "cs-slack": Scripted()}, gates=gates)
    deliverer.run()
    assert [(line["event"], str(line["exc_info"])) for line in logged] == [("delivery.failed", "a mistake in a rule")]
    assert state_of(engine, alert) is State.DELIVERED
    assert states(engine) == {"leased": 1, "delivered": 1}
    for _ in range(3):
        passes(engine, seconds=61)
        with write(engine) as connection:
            sweep(connection, {}, lambda: 0.5)
        deliverer.run()
    assert states(engine) == {"dead": 1, "delivered": 1}


def test_what_lost_workers_held_goes_out_with_nothing_beside_it(engine: Engine, tmp_path: Path) -> None:
    ids = deliveries(engine, 6)
    companies(engine, range(6))
    for id_ in ids[2:4]:
        force(engine, id_, lease_losses=2)
    leased_with: dict[str, int] = {}

    def script(message: Message) -> Answer:
        leased_with[message.key] = sum(states(engine).get(state, 0) for state in ("leased", "sending"))
        return Accepted()

    a_deliverer(engine, tmp_path, {"crm": Scripted(script)}).run(LONG)
    suspects = [row_of(engine, id_).key for id_ in ids[2:4]]
    assert list(leased_with)[:2] == suspects
    assert [leased_with[key] for key in suspects] == [1, 1]
    assert states(engine) == {"delivered": 6}


def test_a_paused_destination_is_held_and_others_go_on(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, channels=("alert", "webhook"))
    companies(engine, [0])
    with write(engine) as connection:
        pause_destination(connection, "crm", NOON)
    slack, crm = Scripted(), Scripted()
    a_deliverer(engine, tmp_path, {"crm": crm, "cs-slack": slack}).run()
    assert (len(slack.sent), len(crm.sent)) == (1, 0)
    assert states(engine) == {"delivered": 1, "held": 1}


def test_no_more_go_out_in_a_day_than_the_project_allows(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 20)
    companies(engine, range(20))
    crm = Scripted()
    done = a_deliverer(engine, tmp_path, {"crm": crm}, project={"daily_cap": 7}).run()
    assert len(crm.sent) == 7
    assert done.states == {State.DELIVERED: 7, State.HELD: 13}


class Silent(Scripted):
    """Does not answer before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = False

    async def send(self, message: Message) -> Answer:
        if not self.answers:
            await asyncio.Event().wait()
        return await super().send(message)


class Slow(Scripted):
    """Answers when it is let go, and tells when something has come."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()
        self.let_go = threading.Event()

    async def send(self, message: Message) -> Answer:
        self.came.set()
        await asyncio.to_thread(self.let_go.wait, LONG)
        return await super().send(message)


def test_when_told_to_stop_it_settles_what_is_on_the_wire_and_hands_back_the_rest(
    engine: Engine, tmp_path: Path
) -> None:
    deliveries(engine, 60)
    companies(engine, range(60))
    crm = Slow()
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm})
    told: list[Delivered] = []
    worker = threading.Thread(target=lambda: told.append(deliverer.run(LONG)))
    worker.start()
    assert crm.came.wait(LONG)
    deliverer.stop()
    crm.let_go.set()
    worker.join(LONG)
    on_the_wire = len(crm.sent)
    assert 0 < on_the_wire <= crm.slots
    found = rows(engine, tables.delivery)
    not_begun = [row for row in found if row.reason == "not_begun"]  # they were just being taken to the wire
    assert len(not_begun) <= crm.group
    assert states(engine).get("retry_wait", 0) == len(not_begun)
    assert (states(engine)["delivered"], states(engine)["scheduled"]) == (
        on_the_wire,
        60 - on_the_wire - len(not_begun),
    )
    assert {(row.lease_losses, row.attempts) for row in found if row.state != "delivered"} == {(0, 0)}
    assert deliverer.run() == Delivered()


def test_when_its_time_is_up_it_says_that_there_is_more(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 60)
    companies(engine, range(60))
    crm = Silent()
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm})
    done = deliverer.run(for_seconds=0.1, drain=0.5)  # its time is up before the silence counts as one
    first = done.states.get(State.UNKNOWN, 0)
    assert done.more
    assert states(engine)["scheduled"] == 60 - first
    crm.answers = True
    with write(engine) as connection:
        enable(connection, "crm")  # so much silence has opened its breaker
    assert deliverer.run(LONG) == Delivered({State.DELIVERED: 60 - first})


def test_no_answer_in_time_is_unknown(engine: Engine, tmp_path: Path) -> None:
    (id_,) = deliveries(engine)
    companies(engine, [0])
    a_deliverer(engine, tmp_path, {"crm": Silent()}).run(LONG, drain=0.05)
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("unknown", "no_answer")
    assert [row.reason for row in rows(engine, tables.attempt)] == ["deadline"]


def test_while_messages_wait_for_their_answers_the_next_are_prepared(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 64)
    companies(engine, range(64))
    asked: list[int] = []
    ahead = threading.Event()

    def gates(
        _connection: Connection, _run: str, _rule: str, _step: str, starts: Sequence[int], _now: datetime, **_: bool
    ) -> Mapping[int, Standing]:
        asked.append(len(starts))
        if asked.count(32) == 2:
            ahead.set()
        return dict.fromkeys(starts, Standing())

    crm = Slow()
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm}, gates=gates)
    worker = threading.Thread(target=deliverer.run, args=(LONG,))
    worker.start()
    came = ahead.wait(LONG)
    answered = len(crm.sent)
    crm.let_go.set()
    worker.join(LONG)
    assert (came, answered) == (True, 0)
    assert states(engine) == {"delivered": 64}


def test_one_process_delivers_once_at_a_time_and_looks_again_when_it_was_rung(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 1)
    companies(engine, range(2))
    crm = Slow()
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm})
    told: list[Delivered] = []
    worker = threading.Thread(target=lambda: told.append(deliverer.run(LONG)))
    worker.start()
    assert crm.came.wait(LONG)
    deliveries(engine, 1)
    assert deliverer.run() == Delivered()
    crm.let_go.set()
    worker.join(LONG)
    assert told == [Delivered({State.DELIVERED: 2})]


def test_two_workers_send_each_message_once(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 120)
    companies(engine, range(120))
    both = [Scripted(), Scripted()]
    workers: list[Deliverer] = [
        a_deliverer(engine, tmp_path / str(number), {"crm": crm}) for number, crm in enumerate(both)
    ]
    threads = [threading.Thread(target=worker.run, args=(LONG,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    keys = [message.key for crm in both for message in crm.sent]
    assert len(keys) == len(set(keys)) == 120
    assert states(engine) == {"delivered": 120}


def test_a_late_worker_finds_its_rows_taken(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 2)
    companies(engine, range(2))
    taken(engine)
    crm = Scripted()
    assert a_deliverer(engine, tmp_path, {"crm": crm}).run() == Delivered()
    passes(engine, seconds=61)
    with write(engine) as connection:
        sweep(connection, {}, lambda: 0.5)
    assert a_deliverer(engine, tmp_path, {"crm": crm}).run() == Delivered({State.DELIVERED: 2})
