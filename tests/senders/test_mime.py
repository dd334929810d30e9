"""A mail is written so that any program reads back what was meant, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.messages.message import Mail
from firstwin.senders.address import CONTROL
from firstwin.senders.contract import Refused
from firstwin.senders.mime import Envelope, compose

MAIL = Mail(key="k", to="anna@example.com", subject="Hello", html="<p>Hello</p>", text="Hello", sender="B <b@acme.io>")
SAID_AT = 1_774_780_200.0  # 29 March 2026, 10:30


def composed(mail: Mail) -> Envelope:
    envelope = compose(mail, sender="", date=SAID_AT)
    assert isinstance(envelope, Envelope)
    return envelope


def read(envelope: Envelope) -> EmailMessage:
    return message_from_bytes(envelope.content, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


def test_the_headers_that_every_mail_has() -> None:
    message = read(composed(replace(MAIL, headers={"List-Unsubscribe": "<https://a.io/u>, <mailto:u@a.io>"})))
    assert message["From"] == "B <b@acme.io>"
    assert message["To"] == "anna@example.com"
    assert message["Subject"] == "Hello"
    assert message["Date"] == "Sun, 29 Mar 2026 10:30:00 -0000"
    assert message["MIME-Version"] == "1.0"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://a.io/u>, <mailto:u@a.io>"
    assert message.get_content_type() == "multipart/alternative"
    assert [str(piece.get_content_type()) for piece in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_message_id_comes_from_the_key_and_does_not_tell_it() -> None:
    once, again, other = composed(MAIL), composed(replace(MAIL, text="changed")), composed(replace(MAIL, key="k2"))
    assert once.message_id == again.message_id != other.message_id
    assert once.message_id.endswith("@acme.io>")
    assert read(once)["Message-ID"] == once.message_id
    secret = composed(replace(MAIL, key="rule/anna@example.com"))
    assert "anna" not in secret.message_id


def test_a_mail_without_a_sender_of_its_own_takes_the_settings() -> None:
    envelope = compose(
        replace(MAIL, sender=""), sender="Acme <hi@acme.io>", reply_to="r@acme.io", bounces_to="x@b.io", date=0
    )
    assert isinstance(envelope, Envelope)
    assert (envelope.sender, envelope.to) == ("x@b.io", "anna@example.com")
    assert read(envelope)["Reply-To"] == "r@acme.io"


anything = st.text(max_size=300).filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))
line = anything.filter(lambda text: not CONTROL.search(text))


@pytest.mark.slow
@given(subject=line, text=anything, html=anything)
def test_what_was_written_is_what_is_read(subject: str, text: str, html: str) -> None:
    message = read(composed(replace(MAIL, subject=subject, text=text, html=html)))
    assert "".join(message["Subject"].split()) == "".join(subject.split())
    assert part(message, "plain").encode() == text.encode()
    assert part(message, "html").encode() == html.encode()
    assert message.defects == []


@given(subject=line, value=line, text=anything)
def test_every_line_is_short_ascii_and_ends_well(subject: str, value: str, text: str) -> None:
    content = composed(replace(MAIL, subject=subject, text=text, headers={"X-Note": value})).content
    lines = content.split(b"\r\n")
    assert content.isascii()
    assert max(map(len, lines)) <= 998
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert len(read(composed(replace(MAIL, subject=subject, headers={"X-Note": value}))).keys()) == 9


@pytest.mark.parametrize("evil", ["\r\nBcc: all@example.com", "\nX: y", "\rX: y", "\0", "\x1b", "\x85", "\u2028X"])
def test_a_header_cannot_be_broken_out_of(evil: str) -> None:
    mails = [
        replace(MAIL, subject=f"Hello{evil}"),
        replace(MAIL, to=f"anna@example.com{evil}"),
        replace(MAIL, sender=f"B{evil} <b@acme.io>"),
        replace(MAIL, reply_to=f"b@acme.io{evil}"),
        replace(MAIL, headers={"X-Note": f"a{evil}"}),
        replace(MAIL, headers={f"X-Note{evil}": "a"}),
    ]
    for mail in mails:
        refused = compose(mail, sender="", date=SAID_AT)
        assert isinstance(refused, Refused)
        assert refused.reason == "invalid"


@pytest.mark.parametrize(
    "headers",
    [{"Bcc": "x@y.io"}, {"to": "x@y.io"}, {"Content-Type": "text/html"}, {"SUBJECT": "x"}, {"": "x"}, {"A b": "x"}],
)
def test_a_further_header_cannot_replace_one_of_ours(headers: Mapping[str, str]) -> None:
    assert isinstance(compose(replace(MAIL, headers=headers), sender="", date=SAID_AT), Refused)


@pytest.mark.parametrize(
    "broken", [replace(MAIL, text="\ud83d"), replace(MAIL, html="\udc80"), replace(MAIL, sender="")]
)
def test_what_cannot_be_written_is_refused_and_not_a_crash(broken: Mail) -> None:
    assert isinstance(compose(broken, sender="", date=SAID_AT), Refused)


def test_a_subject_that_looks_encoded_stays_what_it_is() -> None:
    subject = "=?utf-8?q?fake?="
    assert read(composed(replace(MAIL, subject=subject)))["Subject"] == subject


@pytest.mark.parametrize("length", [20, 60, 76, 200, 500])
def test_a_link_in_a_header_stays_in_one_piece_however_long(length: int) -> None:
    link = f"https://nudges.example.com/{'a;b,c' * (length // 5)}/u/12345.{'A-_z' * 11}"
    headers = {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    content = composed(replace(MAIL, headers=headers)).content
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content
    assert read(composed(replace(MAIL, headers=headers)))["List-Unsubscribe"] == f"<{link}>"
