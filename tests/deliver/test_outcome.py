"""Each answer of a sender, as the outbox is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.deliver.outcome import not_begun, outcome_of
from firstwin.outbox.outcome import Outcome
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown
from tests.deliver.given import LEASED


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Accepted("msg-1", "ok"), Outcome(7, 3, "accepted", detail="ok", provider_id="msg-1")),
        (
            Retry("http_429", timedelta(seconds=9), free=True, detail="slow down"),
            Outcome(7, 3, "retry", "http_429", "slow down", after=timedelta(seconds=9), free=True),
        ),
        (Refused("http_410", disable=True), Outcome(7, 3, "refused", "http_410", disable=True)),
        (Unknown("deadline", "silence"), Outcome(7, 3, "unknown", "deadline", "silence")),
    ],
)
def test_an_answer_keeps_all_that_it_says(answer: Answer, outcome: Outcome) -> None:
    assert outcome_of(LEASED, answer, sender="mail") == outcome


def test_what_never_left_costs_nothing_and_tells_nothing_of_its_destination() -> None:
    told = "It was not begun: its worker was about to end."
    outcome = not_begun(LEASED, "its worker was about to end")
    assert outcome == Outcome(7, 3, "retry", "not_begun", told, free=True, is_its_own=False, has_left=False)


def test_the_end_of_a_staging_systems_sender_is_not_that_of_the_destination() -> None:
    outcome = outcome_of(LEASED, Refused("http_410", disable=True), sender="staging")
    assert (outcome.kind, outcome.disable) == ("refused", False)
