"""A test message says that it is one, goes where it should, and brings back the answer."""

from __future__ import annotations

import asyncio
import json

import pytest

from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.probe import TITLE, probe
from tests.senders.http_faults import Answering
from tests.senders.rigs import made
from tests.senders.serving import served
from tests.senders.smtp_faults import Talking


def probed(kind: str, server: Answering | Talking, to: str = "") -> Answer:
    async def ask() -> Answer:
        async with served(server) as port:
            return await probe(made(kind, port), to=to)

    return asyncio.run(ask())


@pytest.mark.parametrize("kind", ["webhook", "slack", "inbox"])
def test_a_test_message_is_marked_as_one(kind: str) -> None:
    server = Answering()
    assert isinstance(probed(kind, server), Accepted)
    assert "This is a test" in json.dumps(json.loads(server.requests[0].body))


def test_a_test_mail_goes_to_the_address_that_was_said() -> None:
    server = Talking()
    assert isinstance(probed("smtp", server, to="anna@example.com"), Accepted)
    assert "RCPT TO:<anna@example.com>" in server.commands
    assert TITLE.encode() in server.mails[0]


def test_a_test_mail_without_an_address_is_not_sent() -> None:
    server = Talking()
    assert isinstance(probed("smtp", server), Refused)
    assert server.mails == []


def test_the_answer_of_the_other_side_is_reported() -> None:
    assert isinstance(probed("slack", Answering(503)), Retry)
