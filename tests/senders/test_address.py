"""Which mail addresses are taken, and how they stand in a header."""

from __future__ import annotations

from email import message_from_string
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.senders.address import CONTROL, Mailbox, mailbox


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna@example.com", Mailbox("anna@example.com")),
        (" anna@example.com ", Mailbox("anna@example.com")),
        ("Anna.B+tag@Example.COM", Mailbox("Anna.B+tag@example.com")),
        ("Anna <anna@example.com>", Mailbox("anna@example.com", "Anna")),
        ('"B, Anna" <anna@example.com>', Mailbox("anna@example.com", "B, Anna")),
        ("Änne <anna@example.com>", Mailbox("anna@example.com", "Änne")),
        ("Acme, Inc. <hello@acme.io>", Mailbox("hello@acme.io", "Acme, Inc.")),
        ("anna@straße.example", Mailbox("anna@xn--strae-oqa.example")),  # not strasse: that is somebody else
        ("anna@bücher.example", Mailbox("anna@xn--bcher-kva.example")),
        ("root@mail.corp.local", Mailbox("root@mail.corp.local")),
        ("root@localhost", Mailbox("root@localhost")),
    ],
)
def test_an_address_is_read(text: str, expected: Mailbox) -> None:
    assert mailbox(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@example.com",
        "a@b@example.com",
        "a@example.com, b@example.com",
        "a@example.com b@example.com",
        "a@example.com;b@example.com",
        "a@example.com\r\nBcc: all@example.com",
        "a@example.com\n",
        "a\0@example.com",
        "<a@example.com> SIZE=1",
        "Anna <a@example.com> <b@example.com>",
        "Anna\r\nBcc: x@example.com <a@example.com>",
        "ännchen@example.com",  # would need a server that speaks SMTPUTF8
        "a" * 65 + "@example.com",
        "a@" + "b" * 250 + ".com",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "a@-x.com",
        "a@x..com",
        "a@x.com.",
        "a@x_y.com",
        "a@x y.com",
        "a@x>.com",
        "\udc80@example.com",
    ],
)
def test_anything_but_exactly_one_address_is_not(text: str) -> None:
    assert mailbox(text) is None


def test_a_recipient_has_no_name() -> None:
    assert mailbox("Anna <anna@example.com>", named=False) is None


@given(st.text(min_size=1, max_size=150).filter(lambda name: not CONTROL.search(name) and name.split()))
def test_every_name_comes_back_from_its_header(name: str) -> None:
    said = Mailbox("anna@example.com", name).header("From")
    assert said.isascii()
    parsed = message_from_string(f"From: {said}\r\n\r\n", policy=default)["From"].addresses
    assert [(one.addr_spec, "".join(one.display_name.split())) for one in parsed] == [
        ("anna@example.com", "".join(name.split()))
    ]
