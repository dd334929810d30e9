"""The sink: what it writes down, when, and how it answers."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.chaos.answers import Answer
from tests.chaos.keeper import Keeper
from tests.chaos.processes import Processes
from tests.chaos.receiver import Receiver

pytestmark = pytest.mark.slow

MAIL = "From: a@a.example\r\nTo: ada@blue.example\r\nMessage-ID: <fw_1@a.example>\r\n\r\nHi\r\n"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Receiver]:
    with Keeper() as keeper:
        processes = Processes(tmp_path, keeper, {})
        try:
            yield Receiver.start(processes)
        finally:
            processes.end()


def post(sink: Receiver, way: str = "/hook", key: str = "k1") -> httpx.Response:
    body = {"type": "nudged", "data": {"account": "blue", "step": "later"}}
    return httpx.post(f"{sink.url}{way}", json=body, headers={"Webhook-Id": key}, trust_env=False)


def mail(sink: Receiver) -> None:
    with smtplib.SMTP("127.0.0.1", sink.smtp_port, timeout=5) as client:
        client.sendmail("a@a.example", ["ada@blue.example"], MAIL)


def test_a_request_is_written_down_as_it_came(sink: Receiver) -> None:
    assert post(sink).status_code == 200
    (found,) = sink.requests()
    assert (found.way, found.key, found.account, found.step, found.answered) == ("/hook", "k1", "blue", "later", 200)


def test_each_message_gets_its_answers_in_turn_and_the_last_one_from_then_on(sink: Receiver) -> None:
    sink.behave(http={"/hook": [Answer(429, {"Retry-After": "7"}), Answer(500), Answer()]})
    first = post(sink)
    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert [post(sink).status_code for _ in range(3)] == [500, 200, 200]
    assert post(sink, key="k2").status_code == 429
    assert post(sink, way="/other").status_code == 200


def test_a_mail_is_written_down_before_it_is_taken(sink: Receiver) -> None:
    mail(sink)
    (found,) = sink.requests("smtp")
    assert (found.key, found.account, found.answered) == ("fw_1", "ada@blue.example", 250)


@pytest.mark.parametrize(("phase", "came"), [("RCPT", 0), ("BODY", 0), ("DOT", 1)])
def test_a_mail_that_is_cut_off_was_taken_only_after_its_final_dot(sink: Receiver, phase: str, came: int) -> None:
    sink.behave(smtp={phase: "reset"})
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        mail(sink)
    assert len(sink.requests("smtp")) == came
