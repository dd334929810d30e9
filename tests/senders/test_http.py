"""What lies around a request: encryption, a connection that never comes about, and how much of an answer is read."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

from firstwin.senders.contract import Accepted, Answer, Retry
from firstwin.senders.guard import ALSO_PRIVATE
from firstwin.senders.http import MOST_READ, Http
from firstwin.senders.status import Reply
from tests.senders.http_faults import BOMB, after_reading, head
from tests.senders.rigs import RIGS, good_server, made
from tests.senders.serving import Behaviour, full_server, served

OVER_HTTP = [kind for kind, rig in RIGS.items() if rig.wire == "http"]


def answer_over_tls(kind: str, tls: ssl.SSLContext, **settings: object) -> Answer:
    async def send() -> Answer:
        async with served(good_server(kind), tls) as port:
            sender = made(kind, port, url=f"{RIGS[kind].https}://localhost:{port}/x", **settings)
            answer = await sender.send(RIGS[kind].messages[0])
            await sender.close()
            return answer

    return asyncio.run(send())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def certified(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_an_authority_of_ones_own_can_be_trusted(kind: str, authority: trustme.CA, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    answer = answer_over_tls(kind, certified(authority, "localhost"), ca_file=str(tmp_path / "ca.pem"))
    assert isinstance(answer, Accepted)


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_certificate_that_nobody_vouches_for_is_not_taken(kind: str, authority: trustme.CA) -> None:
    answer = answer_over_tls(kind, certified(authority, "localhost"))
    assert isinstance(answer, Retry)
    assert answer.reason == "tls"


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_certificate_for_another_name_is_not_taken(kind: str, authority: trustme.CA, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    answer = answer_over_tls(kind, certified(authority, "elsewhere.example"), ca_file=str(tmp_path / "ca.pem"))
    assert isinstance(answer, Retry)
    assert answer.reason == "tls"


@pytest.mark.parametrize(("kind", "reason"), [*((kind, "connect_timeout") for kind in OVER_HTTP), ("smtp", "timeout")])
def test_a_connection_that_does_not_come_about_in_time_is_tried_again(kind: str, reason: str) -> None:
    async def send(port: int) -> Answer:
        sender = made(kind, port, deadline=0.3)
        answer = await sender.send(RIGS[kind].messages[0])
        await sender.close()
        return answer

    with full_server() as port:
        answer = asyncio.run(send(port))
    assert isinstance(answer, Retry)
    assert answer.reason == reason


def reply_of(behave: Behaviour) -> Reply:
    async def ask() -> Reply:
        async with served(behave) as port:
            http = Http(f"http://127.0.0.1:{port}/", deadline=10, reach=ALSO_PRIVATE, redact=str)
            reply = await http.post(b"{}", {})
            await http.close()
            assert isinstance(reply, Reply)
            return reply

    return asyncio.run(ask())


def test_of_an_answer_without_end_only_the_beginning_is_read() -> None:
    """Whatever the other side sends: what is not read fills the buffers of the network, and it has to stop."""
    sent = 0

    async def without_end(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(head(200, {"Content-Length": str(10**12)}))
        while sent < 1000 * MOST_READ:
            writer.write(b"x" * MOST_READ)
            await writer.drain()
            sent += MOST_READ

    assert reply_of(after_reading(without_end)).body == "x" * MOST_READ
    assert sent < 1000 * MOST_READ


def test_an_answer_is_not_inflated() -> None:
    reply = reply_of(BOMB)
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.body.startswith("\x1f")  # as gzip begins
