"""What Teams, Discord and PagerDuty are sent, and what their own words in an answer mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from firstwin.messages.message import AlertCard
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.discord_embed import WHOLE
from firstwin.senders.discord_embed import payload as embedded
from firstwin.senders.teams_card import LARGEST
from firstwin.senders.teams_card import payload as carded
from tests.senders.http_faults import Answering
from tests.senders.rigs import ALERT, TOKEN, Sending, good_server

FULL = replace(
    ALERT, fields=(("Plan", "pro"), ("Seats", "12"), ("Owner", "")), link="https://acme.io/a/1", possible_repeat=True
)
HOSTILE = "[log in](https://evil.example) <https://evil.example|x> @everyone <@&1> **b** `c`"
# every text as long as a template may make it, of letters that take the most room
HUGE = AlertCard(
    "k",
    "😀" * 3000,
    "😀" * 20_000,
    "😀" * 3000,
    "😀" * 3000,
    "😀" * 3000,
    tuple(("😀" * 200, "😀" * 3000) for _ in range(60)),
)


def posted(kind: str, card: AlertCard = FULL) -> Any:
    server = good_server(kind)
    assert isinstance(Sending(kind, server, card).answer(), Accepted)
    return json.loads(server.requests[0].body)


def answer_to(kind: str, status: int, body: str, **headers: str) -> Answer:
    return Sending(kind, Answering(status, body.encode(), headers)).answer()


# ---- Teams ----------------------------------------------------------------------------------------------------------


def runs(message: Any) -> list[str]:
    (attachment,) = message["attachments"]
    return ["".join(run["text"] for run in block["inlines"]) for block in attachment["content"]["body"]]


def test_what_teams_gets() -> None:
    message = posted("teams")
    assert message["type"] == "message"
    assert message["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert runs(message) == [
        "Acme has stalled",
        "No report yet.",
        "Why: connected data",
        "Since: 2 days",
        "Suggested next step: Call.",
        "Plan: pro",
        "Seats: 12",
        "Possibly a repeat: an earlier attempt got no answer.",
    ]
    (action,) = message["attachments"][0]["content"]["actions"]
    assert action == {"type": "Action.OpenUrl", "title": "Open the account", "url": "https://acme.io/a/1"}


def test_nothing_in_a_card_for_teams_is_markdown() -> None:
    """Only a TextBlock and a FactSet read Markdown."""
    (attachment,) = carded(replace(FULL, title=HOSTILE, body=HOSTILE))["attachments"]
    assert {block["type"] for block in attachment["content"]["body"]} == {"RichTextBlock"}


def test_a_card_for_teams_is_cut_to_what_it_takes() -> None:
    assert len(json.dumps(carded(HUGE), ensure_ascii=False).encode()) <= LARGEST
    long = replace(FULL, body="a" * 7000)
    assert "a" * 7000 in runs(carded(long))


@pytest.mark.parametrize(
    ("said", "expected"),
    [("429", Retry), ("413", Refused), ("500", Retry), ("404", Refused)],
)
def test_teams_may_say_in_a_good_answer_that_it_failed(said: str, expected: type) -> None:
    body = f"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {said} with ContextId"
    answer = answer_to("teams", 200, body)
    assert isinstance(answer, expected)
    assert getattr(answer, "disable", False) is (said == "404")
    assert getattr(answer, "free", False) is (said == "429")


# ---- Discord --------------------------------------------------------------------------------------------------------


def test_what_discord_gets() -> None:
    server = Answering(body=b'{"id": "123"}')
    assert Sending("discord", server, FULL).answer() == Accepted("123", '{"id": "123"}')
    (request,) = server.requests
    assert request.line == f"POST /workflows/{TOKEN}?wait=true HTTP/1.1"
    body = json.loads(request.body)
    assert body["allowed_mentions"] == {"parse": []}
    (embed,) = body["embeds"]
    assert embed["title"] == "Acme has stalled"
    assert embed["description"] == "No report yet\\."
    assert embed["url"] == "https://acme.io/a/1"
    assert [field["name"] for field in embed["fields"]] == ["Why", "Since", "Suggested next step", "Plan", "Seats"]
    assert embed["footer"]["text"].startswith("Possibly a repeat")


def test_what_customers_wrote_stays_text_in_discord() -> None:
    (embed,) = embedded(replace(FULL, body=HOSTILE))["embeds"]
    shown = embed["description"]
    assert "\\[log in\\]\\(https\\:" in shown
    assert "\\<\\@&1\\>" in shown
    assert shown.replace("\\", "") == HOSTILE


def test_an_embed_is_cut_to_what_discord_takes() -> None:
    for card in (HUGE, replace(HUGE, body="*" * 20_000, fields=tuple(("*" * 200, "*" * 3000) for _ in range(60)))):
        (embed,) = embedded(card)["embeds"]
        texts = [embed["title"], embed["description"]]
        texts += [text for field in embed["fields"] for text in (field["name"], field["value"])]
        assert sum(map(len, texts)) <= WHOLE
        assert len(embed["fields"]) <= 25
        assert all(len(field["value"]) <= 1024 for field in embed["fields"])
        assert not any(text.endswith("\\…") for text in texts)


@pytest.mark.parametrize(
    ("status", "body", "gone"),
    [
        (404, '{"message": "Unknown Webhook", "code": 10015}', True),
        (401, '{"message": "Invalid Webhook Token", "code": 50027}', True),
        (400, '{"message": "Invalid Form Body", "code": 50035}', False),
        (404, "not there", False),
    ],
)
def test_a_webhook_of_discord_that_is_gone_disables_the_destination(status: int, body: str, gone: bool) -> None:
    answer = answer_to("discord", status, body)
    assert isinstance(answer, Refused)
    assert answer.disable is gone


@pytest.mark.parametrize(
    ("body", "headers", "after"),
    [
        ('{"retry_after": 1.5}', {}, timedelta(seconds=1.5)),
        ('{"retry_after": 1.5}', {"Retry-After": "2"}, timedelta(seconds=2)),
        ('{"retry_after": "soon"}', {}, None),
        ('{"retry_after": 1e300}', {}, None),
        ("[]", {}, None),
    ],
)
def test_discord_says_in_the_body_too_how_long_to_wait(
    body: str, headers: dict[str, str], after: timedelta | None
) -> None:
    answer = answer_to("discord", 429, body, **headers)
    assert isinstance(answer, Retry)
    assert (answer.free, answer.after) == (True, after)


# ---- PagerDuty ------------------------------------------------------------------------------------------------------


def test_what_pagerduty_gets() -> None:
    assert posted("pagerduty") == {
        "routing_key": TOKEN,
        "event_action": "trigger",
        "dedup_key": "d-2",
        "client": "Firstwin",
        "payload": {
            "summary": "Acme has stalled",
            "source": "firstwin",
            "severity": "warning",
            "custom_details": {
                "What": "No report yet.",
                "Why": "connected data",
                "Since": "2 days",
                "Suggested next step": "Call.",
                "Plan": "pro",
                "Seats": "12",
            },
        },
        "links": [{"href": "https://acme.io/a/1", "text": "Open the account"}],
    }


def test_an_event_that_pagerduty_cannot_read_is_refused_alone() -> None:
    answer = answer_to("pagerduty", 400, '{"status": "invalid event", "errors": ["\'summary\' is missing"]}')
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.disable) == ("pagerduty_invalid_event", False)


def test_an_incident_is_known_by_its_key() -> None:
    answer = answer_to("pagerduty", 202, '{"status": "success", "dedup_key": "d-2"}')
    assert isinstance(answer, Accepted)
    assert answer.provider_id == "d-2"
