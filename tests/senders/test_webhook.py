"""A webhook is signed as Standard Webhooks says, and says the same at every attempt."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
import standardwebhooks

from firstwin.messages.message import AlertCard, Message, Payload
from firstwin.senders.contract import Accepted, Refused
from firstwin.senders.load import check_settings
from firstwin.senders.webhook import Webhook, body
from tests.senders.http_faults import Answering, Request
from tests.senders.rigs import ALERT, PAYLOAD, SECRET, made
from tests.senders.serving import served

NEW_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def posted(*messages: Message, **settings: object) -> list[Request]:
    server = Answering()

    async def send() -> None:
        async with served(server) as port:
            sender = made("webhook", port, **settings)
            for message in messages:
                assert isinstance(await sender.send(message), Accepted)
            await sender.close()

    asyncio.run(send())
    return server.requests


def random_payload(seed: int) -> Payload:
    chance = random.Random(seed)
    words = [
        "a",
        "Ünïcödé",
        "🎉",
        '"quoted"',
        "back\\slash",
        "\u2028",
        "\x00",
        "</script>",
        "1" * chance.randrange(200),
    ]
    data = {chance.choice(words): [chance.random(), chance.choice(words), None, chance.random() < 0.5] for _ in "abc"}
    return Payload(key=f"key-{seed}", type=chance.choice(["stalled", "übrig"]), data=data)


@pytest.mark.slow
def test_the_reference_library_verifies_a_thousand_bodies_with_either_secret() -> None:
    requests = posted(*map(random_payload, range(1000)), secret=[NEW_SECRET, SECRET])
    receivers = [standardwebhooks.Webhook(secret) for secret in (NEW_SECRET, SECRET)]
    for seed, request in enumerate(requests):
        for receiver in receivers:
            said = receiver.verify(request.body, dict(request.headers))
            assert said["data"] == dict(random_payload(seed).data)


def test_another_secret_or_a_changed_body_is_not_verified() -> None:
    request = posted(PAYLOAD, secret=SECRET)[0]
    for receiver, content in ((NEW_SECRET, request.body), (SECRET, request.body + b" ")):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(receiver).verify(content, dict(request.headers))


def test_the_signature_is_the_one_of_the_standard() -> None:
    """Worked out here from the text of the standard: HMAC-SHA256 over id, timestamp and body, joined by dots."""
    clock = datetime(2026, 3, 29, 10, 30, 59, 900_000, UTC).timestamp
    settings = Webhook.Settings.model_validate({"url": "https://a.io", "secret": SECRET})
    headers = Webhook("it", settings, clock=clock)._signed("msg", b'{"type":"x"}')
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, b'msg.1774780259.{"type":"x"}', hashlib.sha256)).decode()
    assert headers["Webhook-Id"] == "msg"
    assert headers["Webhook-Timestamp"] == "1774780259"
    assert headers["Webhook-Signature"] == f"v1,{signature}"


def test_what_a_receiver_gets() -> None:
    request = posted(PAYLOAD)[0]
    assert request.line.startswith("POST /hooks/")
    assert json.loads(request.body) == {"type": "account.stalled", "data": {"account": "a1"}}
    assert request.headers["webhook-id"] == "d-3"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Bearer b3arer"


def test_an_alert_is_the_same_body_at_each_attempt() -> None:
    card = replace(ALERT, fields=(("Plan", "pro"),))
    first, second = posted(card, replace(card, possible_repeat=True))
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert json.loads(first.body)["data"]["fields"] == {"Plan": "pro"}
    assert set(json.loads(first.body)["data"]) == set(AlertCard.__dataclass_fields__) - {"key", "possible_repeat"}


def test_read_only_data_can_be_sent() -> None:
    assert body(replace(PAYLOAD, data=MappingProxyType({"a": 1}))) == b'{"type":"account.stalled","data":{"a":1}}'


@pytest.mark.parametrize("odd", ["\ud83d", {1, 2}, object()])
def test_what_json_cannot_say_is_refused_and_not_a_crash(odd: object) -> None:
    refused = body(replace(PAYLOAD, data={"a": odd}))
    assert isinstance(refused, Refused)
    assert refused.reason == "invalid"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"secret": "not base64!"}, "crm.secret: is not base64; make one with: openssl rand -base64 32."),
        ({"secret": ""}, "crm.secret: is empty; is its environment variable set?"),
        ({"secret": []}, "crm.secret: is an empty list"),
        ({"url": "http://example.com/x"}, "begins with http://; use https://"),
        ({"url": "ftp://example.com"}, "url: is not a web address"),
        ({"url": "https://"}, "url: is not a web address"),
        ({"url": "https://exa mple.com"}, "url: is not a web address"),
        ({"url": "https://example.com:99999"}, "url: is not a web address"),
        ({"headers": {"Host": "x"}}, "is set by firstwin itself"),
        ({"headers": {"Webhook-Id": "x"}}, "is set by firstwin itself"),
        ({"headers": {"X:Y": "x"}}, "is not a header's name"),
        ({"headers": {"X-Y": "a\r\nZ: b"}}, "may not stand in a header"),
        ({"max_in_flight": 0}, "crm.max_in_flight: "),
        ({"max_in_flight": 257}, "crm.max_in_flight: "),
        ({"max_in_flight": "many"}, "crm.max_in_flight: "),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, object], problem: str) -> None:
    given = {"type": "webhook", "url": "https://example.com", "secret": SECRET, **settings}
    (said,) = check_settings({"crm": given})
    assert said.startswith("senders.crm")
    assert problem in said


@pytest.mark.parametrize(
    ("settings", "slots", "group"), [({}, 64, 32), ({"max_in_flight": "128"}, 128, 64), ({"max_in_flight": 1}, 1, 1)]
)
def test_as_many_are_under_way_at_once_as_its_settings_say(settings: dict[str, object], slots: int, group: int) -> None:
    """Half of them go to the wire together, while the others wait for their answers."""
    sender = made("webhook", 1, **settings)
    assert (sender.slots, sender.group) == (slots, group)
