"""The reference library of Standard Webhooks takes what we sign, whichever of two secrets it knows, and nothing else."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from firstwin.messages.message import Payload
from firstwin.senders.load import load_senders
from firstwin.senders.posting import Request
from firstwin.senders.webhook import Webhook as OurWebhook

MANY = 1_000
CHANCE = random.Random(4711)
LETTERS = 'aZ09 .,"\\/\n\t\x00<>&{}[]éß漢\U0001f600\u2028\ufeff'


def text(most: int = 40) -> str:
    return "".join(CHANCE.choices(LETTERS, k=CHANCE.randrange(most)))


def value(depth: int = 3) -> Any:
    kinds: list[Callable[[], Any]] = [
        text,
        lambda: CHANCE.uniform(-1e15, 1e15),
        lambda: CHANCE.randrange(-(2**53), 2**53),
        lambda: None,
        lambda: True,
    ]
    if depth:
        kinds += [
            lambda: [value(depth - 1) for _ in range(CHANCE.randrange(4))],
            lambda: {text(): value(depth - 1) for _ in range(CHANCE.randrange(4))},
        ]
    return CHANCE.choice(kinds)()


def secret() -> str:
    return f"whsec_{base64.b64encode(CHANCE.randbytes(CHANCE.randrange(24, 65))).decode()}"


def ours(*secrets: str) -> OurWebhook:
    settings = {"type": "webhook", "url": "https://hooks.example.com/x", "secret": list(secrets)}
    sender = load_senders({"crm": settings})["crm"]
    assert isinstance(sender, OurWebhook)
    return sender


def test_a_thousand_bodies_are_verified_with_the_old_secret_and_the_new_one() -> None:
    for number in range(MANY):
        old, new, foreign = secret(), secret(), secret()
        data = {text(): value() for _ in range(CHANCE.randrange(1, 5))}
        request = ours(new, old).request(Payload(f"fw_{number}", "account.stalled", data))
        assert isinstance(request, Request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        for known in (old, new):
            assert Webhook(known).verify(request.content, headers) == {
                "type": "account.stalled",
                "data": json.loads(json.dumps(data)),
            }
        assert headers["webhook-id"] == f"fw_{number}"
        assert len(headers["webhook-signature"].split(" ")) == 2
        refused(foreign, request.content, headers)
        refused(old, request.content + b" ", headers)
        refused(old, request.content, headers | {"webhook-id": "fw_other"})
        refused(old, request.content, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)})


def refused(known: str, content: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(known).verify(content, headers)
