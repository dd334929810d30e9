"""Mails over real SMTP: encrypted or not, with a login or not, over connections that are kept and that die."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown
from firstwin.senders.load import load_senders
from firstwin.senders.smtp import Smtp, _security, _server
from firstwin.senders.smtp_connection import MAILS_EACH
from tests.senders.rigs import ALERT, MAIL, Sending, made
from tests.senders.serving import for_ever, served
from tests.senders.smtp_faults import Talking

PASSWORD = "pa55word-of-ours"


@dataclass
class Post:
    """What a real mail server took in."""

    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


@contextlib.asynccontextmanager
async def mail_server(post: Post, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    made: list[SMTP] = []

    def protocol() -> SMTP:
        made.append(SMTP(post, hostname="here", loop=loop, **options))
        return made[-1]

    server = await loop.create_server(protocol, "localhost", 0, ssl=tls, family=2)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in made:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
            if one._handler_coroutine:
                one._handler_coroutine.cancel()
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Trusted:
    """A certificate for ``localhost``, and whose word for it is to be taken."""

    server: ssl.SSLContext
    ca_file: Path


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trusted:
    authority, ca_file = trustme.CA(), tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return Trusted(context, ca_file)


def sent(post: Post, settings: Mapping[str, object], tls: ssl.SSLContext | None = None, **options: Any) -> Answer:
    async def send() -> Answer:
        async with mail_server(post, tls, **options) as port:
            sender = load_senders({"m": {"type": "smtp", "host": "localhost", "port": port, **settings}})["m"]
            answer = await sender.send(MAIL)
            await sender.close()
            return answer

    return asyncio.run(send())


def test_a_mail_arrives_as_it_was_meant() -> None:
    post = Post()
    answer = sent(post, {"bounces_to": "bounces@acme.io"})
    assert isinstance(answer, Accepted)
    (envelope,) = post.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bounces@acme.io", ["anna@example.com"])
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=default)
    assert message["Message-ID"] == answer.provider_id
    assert message["Subject"] == MAIL.subject


def test_an_alert_goes_to_the_address_of_the_team() -> None:
    server = Talking()
    assert isinstance(Sending("smtp", server, ALERT).answer(), Accepted)
    assert "RCPT TO:<team@acme.io>" in server.commands


def test_an_alert_without_such_an_address_is_refused_with_what_to_do() -> None:
    answer = Sending("smtp", Talking(), ALERT, {"to": ""}).answer()
    assert isinstance(answer, Refused)
    assert "Set `to`" in answer.detail


# ---- encryption and login -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["auto", "starttls"])
def test_starttls_is_used_where_it_is_offered(trusted: Trusted, security: str) -> None:
    post = Post()
    settings = {"security": security, "ca_file": str(trusted.ca_file)}
    assert isinstance(sent(post, settings, tls_context=trusted.server), Accepted)
    assert post.encrypted == [True]


def test_tls_from_the_first_byte(trusted: Trusted) -> None:
    post = Post()
    settings: dict[str, object] = {"security": "tls", "ca_file": str(trusted.ca_file)}
    assert isinstance(sent(post, settings, tls=trusted.server), Accepted)
    assert len(post.taken) == 1


def test_starttls_that_was_asked_for_is_not_done_without() -> None:
    post = Post()
    answer = sent(post, {"security": "starttls"})
    assert isinstance(answer, Retry)
    assert answer.reason == "tls"
    assert "security: none" in answer.detail
    assert post.taken == []


@pytest.mark.parametrize("security", ["auto", "starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_taken(trusted: Trusted, security: str) -> None:
    post = Post()
    whole = trusted.server if security == "tls" else None
    answer = sent(post, {"security": security}, tls=whole, tls_context=None if whole else trusted.server)
    assert isinstance(answer, Retry)
    assert answer.reason == "tls"
    assert post.taken == []


def only_ours(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@pytest.mark.parametrize(("password", "expected"), [(PASSWORD, Accepted), ("another", Retry)])
def test_a_login(trusted: Trusted, password: str, expected: type[Answer]) -> None:
    post = Post()
    settings = {"username": "u", "password": password, "ca_file": str(trusted.ca_file)}
    answer = sent(post, settings, tls_context=trusted.server, authenticator=only_ours, auth_required=True)
    assert isinstance(answer, expected)
    assert isinstance(answer, Accepted) or answer.reason == "login_refused"


def test_a_server_that_wants_a_login_is_no_fault_of_the_mail(trusted: Trusted) -> None:
    settings: dict[str, object] = {"ca_file": str(trusted.ca_file)}
    answer = sent(Post(), settings, tls_context=trusted.server, authenticator=only_ours, auth_required=True)
    assert isinstance(answer, Retry)
    assert answer.reason == "login_refused"


def test_a_server_that_repeats_the_login_does_not_give_it_away() -> None:
    wire = base64.b64encode(f"\0u\0{PASSWORD}".encode()).decode()
    echo = Talking({"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": f"535 what is {wire} or {PASSWORD}?"})
    answer = Sending("smtp", echo, settings={"username": "u", "password": PASSWORD}).answer()
    assert isinstance(answer, Retry)
    assert answer.detail == "535 what is [redacted] or [redacted]?"


@pytest.mark.parametrize(
    ("settings", "meant"),
    [
        ({"host": "mail.example.com"}, ("starttls", 587)),
        ({"host": "localhost"}, ("auto", 25)),
        ({"host": "mailpit", "port": 1025}, ("auto", 1025)),
        ({"host": "m.io", "port": 465}, ("tls", 465)),
        ({"host": "m.io", "port": 587}, ("starttls", 587)),
        ({"host": "m.io", "port": 2525, "username": "u", "password": "p"}, ("starttls", 2525)),
        ({"host": "127.0.0.1", "port": 2525, "username": "u", "password": "p"}, ("auto", 2525)),
        ({"host": "m.io", "security": "tls"}, ("tls", 465)),
        ({"host": "m.io", "security": "starttls"}, ("starttls", 587)),
        ({"host": "m.io", "security": "none"}, ("none", 25)),
        ({"host": "m.io", "security": "none", "port": 587}, ("none", 587)),
    ],
)
def test_what_port_and_security_mean_where_one_is_not_said(settings: dict[str, object], meant: tuple[str, int]) -> None:
    assert _security(Smtp.Settings.model_validate(settings)) == meant


def test_the_machine_names_itself_as_it_is_told() -> None:
    server = Talking()
    Sending("smtp", server, settings={"helo": "out.acme.io"}).answer()
    assert server.commands[0] == "EHLO out.acme.io"
    assert _server(Smtp.Settings.model_validate({"host": "h"})).helo  # and without that by something


# ---- connections that are kept --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["close", "reset", "421 too long idle"])
def test_a_kept_connection_that_died_costs_nothing(fault: str) -> None:
    server = Dying(fault)
    answers = Sending("smtp", server).answers(3)
    assert [type(answer) for answer in answers] == [Accepted] * 3
    assert server.connections == 3


class Dying(Talking):
    """Each connection takes one mail, and ends when asked for a second."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one = replace_replies(self, {"MAIL": self.fault}, good_mails=1)
        self.connections += 1
        try:
            await Talking.__call__(one, reader, writer)
        finally:
            self.mails += one.mails


def replace_replies(server: Talking, replies: dict[str, str], good_mails: int) -> Talking:
    return Talking({**server.replies, **replies}, good_mails)


def test_a_refused_mail_leaves_the_connection_for_the_next() -> None:
    server = Talking({"RCPT": "550 no such user"})
    answers = Sending("smtp", server).answers(3)
    assert [answer.reason for answer in answers if isinstance(answer, Refused)] == ["smtp_550"] * 3
    assert server.connections == 1
    assert server.commands.count("RSET") == 3


@pytest.mark.parametrize(("phase", "expected"), [("MAIL", Retry), ("RCPT", Retry), ("DATA", Retry), ("DOT", Unknown)])
@pytest.mark.parametrize("garbage", ["what?", "HTTP/1.1 400 Bad Request"])
def test_an_answer_that_is_none_ends_the_connection(phase: str, garbage: str, expected: type[Answer]) -> None:
    server = Talking({phase: garbage})
    answers = Sending("smtp", server).answers(2)
    assert [type(answer) for answer in answers] == [expected] * 2
    assert server.connections == 2


def test_a_connection_is_ended_before_a_server_would_do_it() -> None:
    server = Talking()
    Sending("smtp", server).answers(MAILS_EACH + 1)
    assert server.connections == 2


def test_no_more_connections_than_slots() -> None:
    server, together = Talking(), 40

    async def send() -> list[Answer]:
        async with served(server) as port:
            sender = made("smtp", port)
            answers = await asyncio.gather(*(sender.send(replace(MAIL, key=str(n))) for n in range(together)))
            await sender.close()
            return answers

    assert all(isinstance(answer, Accepted) for answer in asyncio.run(send()))
    assert server.connections <= Smtp.slots
    assert len({message_from_bytes(mail, policy=default)["Message-ID"] for mail in server.mails}) == together


def test_waiting_for_a_free_connection_is_part_of_the_deadline() -> None:
    async def frozen(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await for_ever()

    async def send() -> list[Answer]:
        async with served(frozen) as port:
            sender = made("smtp", port, deadline=0.2)
            answers = await asyncio.gather(*(sender.send(MAIL) for _ in range(20)))
            await sender.close()
            return answers

    assert {answer.reason for answer in asyncio.run(send()) if isinstance(answer, Retry)} == {"timeout"}


def test_an_end_is_said_politely() -> None:
    server = Talking()
    Sending("smtp", server).answer()
    assert server.commands[-1] == "QUIT"


def test_a_server_that_does_not_say_goodbye_is_not_waited_for() -> None:
    assert isinstance(Sending("smtp", Talking({"QUIT": "reset"})).answer(), Accepted)


def test_a_line_that_is_a_dot_does_not_end_the_mail() -> None:
    server = Talking()
    Sending("smtp", server, replace(MAIL, text=".\r\n.\r\n", headers={"X-Dots": ". ." * 200})).answer()
    message = message_from_bytes(server.mails[0], policy=default)
    assert str(message["X-Dots"]).replace(" ", "") == "." * 400
    assert server.commands[-1] == "QUIT"
