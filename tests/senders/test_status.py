"""How long a server asks to wait, and what a failure of the network means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firstwin.senders.connections import NotConnectedError
from firstwin.senders.contract import Answer, Refused, Retry, Unknown
from firstwin.senders.exchange import BrokenAnswerError, ConnectionLostError
from firstwin.senders.request import InvalidAddressError
from firstwin.senders.status import LONGEST_WAIT, Reply, judge, judge_failure

NOW = datetime(2026, 3, 29, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("0", timedelta()),
        ("120", timedelta(minutes=2)),
        (" 7 ", timedelta(seconds=7)),
        ("Sun, 29 Mar 2026 10:31:30 GMT", timedelta(seconds=90)),
        ("Sunday, 29-Mar-26 10:31:30 GMT", timedelta(seconds=90)),
        ("Sun, 29 Mar 2026 09:00:00 GMT", None),
        ("99999999999999999999", LONGEST_WAIT),
        ("Sun, 29 Mar 2099 10:31:30 GMT", LONGEST_WAIT),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Sun, 99 Mar 2026 99:99:99 GMT", None),
        ("Sun, 29 Mar 999999 10:31:30 GMT", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_what_a_server_asks_for_is_waited_for(status: int, said: str, wait: timedelta | None) -> None:
    answer = judge(Reply(status, {"retry-after": said}), now=NOW, redact=str)
    assert isinstance(answer, Retry)
    assert answer.after == wait


def test_a_date_is_read_by_the_clock_of_the_server_that_said_it() -> None:
    headers = {"retry-after": "Sun, 29 Mar 2026 12:00:10 GMT", "date": "Sun, 29 Mar 2026 12:00:00 GMT"}
    answer = judge(Reply(429, headers), now=NOW, redact=str)
    assert answer == Retry("http_429", after=timedelta(seconds=10), free=True)


@pytest.mark.parametrize("status", [100, 101, 199, 600, 999])
def test_a_status_that_no_standard_knows_is_refused(status: int) -> None:
    assert type(judge(Reply(status), now=NOW, redact=str)).__name__ == "Refused"


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        (InvalidAddressError("odd"), Refused("invalid_address", detail="odd")),
        (NotConnectedError("forbidden_address", "odd"), Refused("forbidden_address", detail="odd")),
        (NotConnectedError("dns", "odd"), Retry("dns", detail="odd")),
        (BrokenAnswerError("odd"), Unknown("broken_answer", detail="odd")),
        (ConnectionLostError("odd"), Unknown("connection_lost", detail="odd")),
        (Exception("odd"), Unknown("connection_lost", detail="odd")),
    ],
)
def test_only_what_surely_never_left_is_tried_again(failure: Exception, answer: Answer) -> None:
    assert judge_failure(failure, redact=str) == answer
