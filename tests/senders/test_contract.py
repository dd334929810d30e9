"""What every installed kind of sender must do, whoever wrote it: against real servers that behave well and badly."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from firstwin.messages.message import AlertCard, Mail, Payload
from firstwin.senders.contract import Accepted, Refused, Retry, Sender, Unknown
from firstwin.senders.load import sender_types
from tests.senders import http_faults as http
from tests.senders.http_faults import Answering
from tests.senders.rigs import ALERT, MAIL, PAYLOAD, RIGS, Sending, answers_at_once, good_server, made
from tests.senders.serving import Behaviour, served, unused_port
from tests.senders.smtp_faults import PHASES, Talking

pytestmark = pytest.mark.slow

OVER_HTTP = [kind for kind, rig in RIGS.items() if rig.wire == "http"]
OVER_SMTP = [kind for kind, rig in RIGS.items() if rig.wire == "smtp"]
HASTY = {"deadline": 1.5}  # seconds; connecting has half of it, also on a busy machine


def good(kind: str) -> Answering | Talking:
    return good_server(kind) if RIGS[kind].wire == "http" else Talking()


def test_every_installed_kind_is_tested_here() -> None:
    assert set(RIGS) == set(sender_types())


# ---- what every sender is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RIGS)
def test_it_says_what_it_is(kind: str) -> None:
    sender = made(kind, unused_port())
    assert isinstance(sender, Sender)
    assert sender.takes
    assert sender.takes <= {Mail, AlertCard, Payload}
    assert sender.on_unknown in {"retry", "park"} or isinstance(sender.on_unknown, timedelta)
    assert 1 <= sender.group <= sender.slots <= 64


@pytest.mark.parametrize("kind", RIGS)
def test_what_becomes_of_an_unknown_outcome_can_be_set(kind: str) -> None:
    assert {made(kind, 1, on_unknown=chosen).on_unknown for chosen in ("retry", "park")} == {"retry", "park"}


@pytest.mark.parametrize("kind", RIGS)
def test_it_sends_what_it_takes_and_refuses_the_rest(kind: str) -> None:
    for message in (MAIL, ALERT, PAYLOAD):
        answer = Sending(kind, good(kind), message).answer()
        if type(message) in made(kind, 1).takes:
            assert isinstance(answer, Accepted)
        else:
            assert isinstance(answer, Refused)
            assert answer.reason == "invalid"


@pytest.mark.parametrize("kind", RIGS)
def test_it_keeps_its_connection_over_several_messages(kind: str) -> None:
    server = good(kind)
    answers = Sending(kind, server).answers(5)
    assert [type(answer) for answer in answers] == [Accepted] * 5
    assert server.connections == 1


@pytest.mark.parametrize("kind", RIGS)
def test_it_serves_one_event_loop_after_another_and_several_at_once(kind: str) -> None:
    sender_of: dict[int, Sender] = {}
    kinds: list[type] = []

    async def send(port: int) -> None:
        sender = sender_of.setdefault(port, made(kind, port))
        kinds.append(type(await sender.send(RIGS[kind].messages[0])))
        await sender.close()
        await sender.close()  # once more does no harm

    def serve_and_send() -> None:
        async def both() -> None:
            async with served(good(kind)) as port:
                for _ in range(2):
                    await asyncio.to_thread(asyncio.run, send(port))

        asyncio.run(both())

    threads = [threading.Thread(target=serve_and_send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kinds == [Accepted] * 6


@pytest.mark.parametrize("kind", RIGS)
def test_many_at_once_are_each_answered(kind: str) -> None:
    async def send() -> list[type]:
        async with served(good(kind)) as port:
            sender = made(kind, port)
            answers = await asyncio.gather(*(sender.send(RIGS[kind].messages[0]) for _ in range(40)))
            await sender.close()
            return [type(answer) for answer in answers]

    assert asyncio.run(send()) == [Accepted] * 40


@pytest.mark.parametrize("kind", RIGS)
def test_no_server_there_is_a_retry(kind: str) -> None:
    async def send() -> object:
        sender = made(kind, unused_port())
        answer = await sender.send(RIGS[kind].messages[0])
        await sender.close()
        return answer

    answer = asyncio.run(send())
    assert isinstance(answer, Retry)
    assert answer.reason == "no_connection"


@pytest.mark.parametrize("kind", RIGS)
def test_a_name_that_does_not_exist_is_a_retry(kind: str) -> None:
    settings = {"host": "nowhere.invalid"} if kind in OVER_SMTP else {"url": f"{RIGS[kind].https}://nowhere.invalid/x"}
    answer = Sending(kind, good(kind), settings=settings).answer()
    assert isinstance(answer, Retry)
    assert answer.reason == "dns"


# ---- over HTTP ------------------------------------------------------------------------------------------------------


def expected_of_status(kind: str, status: int) -> tuple[type, bool, bool]:
    """What a status means: the answer, whether it is free, whether it disables the destination."""
    means: type = Refused
    if 200 <= status <= 299:
        means = Accepted
    elif status in {408, 425, 429} or 500 <= status <= 599:
        means = Retry
    return means, status == 429, status in RIGS[kind].gone


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_every_status_has_its_answer(kind: str) -> None:
    async def ask() -> dict[int, tuple[type, bool, bool]]:
        server, told = good_server(kind), {}
        async with served(server) as port:
            sender = made(kind, port)
            for status in [*range(200, 204), *range(205, 304), *range(305, 600)]:  # 204 and 304 carry no body
                server.status, server.body = status, RIGS[kind].accepted_body if status < 300 else b"what happened"
                answer = await sender.send(RIGS[kind].messages[0])
                told[status] = type(answer), getattr(answer, "free", False), getattr(answer, "disable", False)
            await sender.close()
        return told

    told = asyncio.run(ask())
    wrong = {status: answer for status, answer in told.items() if answer != expected_of_status(kind, status)}
    assert wrong == {}


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (http.reset_after_reading, Unknown("connection_lost")),
        (http.close_after_reading, Unknown("connection_lost")),
        (http.ONLY_CONTINUE, Unknown("connection_lost")),
        (http.GARBAGE, Unknown("broken_answer")),
        (http.HUGE_HEADERS, Unknown("broken_answer")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_request_without_an_answer_is_unknown(kind: str, behave: Behaviour, expected: Unknown) -> None:
    answer = Sending(kind, behave).answer()
    assert isinstance(answer, Unknown)
    assert answer.reason == expected.reason


def test_an_answer_that_does_not_come_in_time_is_unknown() -> None:
    silent = (http.freeze_after_reading, http.freeze_before_reading, http.drip_the_head)
    for answer in answers_at_once(Sending(kind, behave, settings=HASTY) for kind in OVER_HTTP for behave in silent):
        assert isinstance(answer, Unknown)
        assert answer.reason == "no_answer"


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_connection_that_is_reset_at_once_is_never_taken_for_an_answer(kind: str) -> None:
    answer = Sending(kind, http.reset_before_reading).answer()
    assert isinstance(answer, Retry | Unknown)  # the request may have been on its way


@pytest.mark.parametrize("kind", ["webhook", "inbox"])
@pytest.mark.parametrize("behave", [http.drip_the_body, http.cut_the_body, http.OVERSIZED, http.BOMB])
def test_the_status_counts_however_the_body_ends(kind: str, behave: Behaviour) -> None:
    settings = HASTY if behave is http.drip_the_body else {}
    answer = Sending(kind, behave, settings=settings).answer()
    assert isinstance(answer, Accepted)
    assert len(answer.detail) <= 2000


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_redirect_is_refused_and_not_followed(kind: str) -> None:
    target = Answering()

    async def send() -> object:
        async with served(target) as elsewhere, served(redirecting(elsewhere)) as port:
            sender = made(kind, port)
            answer = await sender.send(RIGS[kind].messages[0])
            await sender.close()
            return answer

    answer = asyncio.run(send())
    assert isinstance(answer, Refused)
    assert answer.reason == "http_307"
    assert target.requests == []


def redirecting(port: int) -> Answering:
    return Answering(307, b"", {"Location": f"http://127.0.0.1:{port}/elsewhere"})


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_request_asks_for_a_plain_answer_and_carries_no_cookie_from_an_earlier_one(kind: str) -> None:
    server = Answering(headers={"Set-Cookie": "seen=before"})
    Sending(kind, server).answers(2)
    assert [request.headers["accept-encoding"] for request in server.requests] == ["identity", "identity"]
    assert [request for request in server.requests if "cookie" in request.headers] == []


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_the_environment_does_not_reroute_a_request(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{unused_port()}")
    assert isinstance(Sending(kind, good_server(kind)).answer(), Accepted)


# ---- over SMTP ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OVER_SMTP)
@pytest.mark.parametrize("fault", ["close", "reset", "freeze"])
def test_only_after_the_final_dot_is_a_lost_mail_unknown(kind: str, fault: str) -> None:
    settings = HASTY if fault == "freeze" else {}
    others = [phase for phase in PHASES if phase != "BODY"]
    told = answers_at_once(Sending(kind, Talking({phase: fault}), MAIL, settings) for phase in others)
    assert {phase: type(answer) for phase, answer in zip(others, told, strict=True)} == {
        phase: Unknown if phase == "DOT" else Retry for phase in others
    }
    # larger than what the system's buffers take in, where the server stops reading half way
    half_way = Sending(kind, Talking({"BODY": fault}), replace(MAIL, html="x" * 20_000_000), settings).answer()
    assert isinstance(half_way, Retry)


@pytest.mark.parametrize("kind", OVER_SMTP)
@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("code", [421, 450, 451, 452, 500, 550, 552, 554])
def test_every_refusal_of_a_mail_has_its_answer(kind: str, phase: str, code: int) -> None:
    answer = Sending(kind, Talking({phase: f"{code} because"})).answer()
    assert isinstance(answer, Retry if code < 500 else Refused)
    assert answer.reason == f"smtp_{code}"
    assert "because" in answer.detail


@pytest.mark.parametrize("kind", OVER_SMTP)
@pytest.mark.parametrize("phase", ["GREETING", "EHLO"])
@pytest.mark.parametrize("code", [421, 554])
def test_a_server_that_takes_nobody_is_tried_again(kind: str, phase: str, code: int) -> None:
    assert isinstance(Sending(kind, Talking({phase: f"{code} not now"})).answer(), Retry)


# ---- secrets --------------------------------------------------------------------------------------------------------


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.parametrize("kind", RIGS)
def test_no_secret_is_shown_logged_or_kept_with_an_answer(
    kind: str, everything_logged: pytest.LogCaptureFixture
) -> None:
    rig = RIGS[kind]
    echo = Answering(500, body=" ".join(rig.secrets).encode()) if rig.wire == "http" else Talking()
    behaviours = [echo, http.GARBAGE, http.reset_after_reading] if rig.wire == "http" else [echo]
    answers = [Sending(kind, behave).answer() for behave in behaviours]
    shown = f"{answers} {made(kind, 1)!r} {made(kind, 1)} {everything_logged.text}"
    assert [secret for secret in rig.secrets if secret in shown] == []
