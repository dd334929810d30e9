"""Whatever a customer wrote reaches every channel as text, and takes no part in how the message is built."""

from __future__ import annotations

import email.policy
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.senders import discord_embed, slack_blocks, teams_card
from firstwin.senders.mime import Envelope, compose
from firstwin.senders.webhook import body
from firstwin.tools.preview.answer import Preview, Previewed
from firstwin.tools.preview.page import page
from tests.messages.test_shown import PAYLOADS, Skeleton
from tests.outbox.given import NOON
from tests.senders.rigs import MAIL

each_payload = pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:40])
LINK = "https://app.example.com/a1"
OBEYED_BY_SLACK = re.compile(r"<(?!https://app\.example\.com/a1\|)|(?<!a1\|x)>(?!$)")
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[`*_{}\[\]()<>#+\-.!|~:@]")


def test_there_are_payloads_enough() -> None:
    assert len(set(PAYLOADS)) >= 50


def card(text: str) -> AlertCard:
    return AlertCard("k", text, text, text, text, text, ((text, text), ("Plan", text)), LINK, "x")


def shape(value: Any) -> Any:
    """The same without its texts."""
    if isinstance(value, dict):
        return {
            key: shape(inner) if key not in {"text", "title", "summary"} or not isinstance(inner, str) else ""
            for key, inner in value.items()
        }
    return [shape(inner) for inner in value] if isinstance(value, list) else value


@each_payload
def test_slack_gets_the_same_blocks_and_nothing_to_obey(payload: str) -> None:
    posted = slack_blocks.payload(card(payload))
    assert shape(posted) == shape(slack_blocks.payload(card("harmless")))
    texts = [*slack_texts(posted["blocks"]), posted["text"]]
    assert [text for text in texts if OBEYED_BY_SLACK.search(text.replace(f"<{LINK}|x>", ""))] == []
    assert [text for text in texts if re.search(r"&(?!amp;|lt;|gt;)", text)] == []


def slack_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in slack_texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in slack_texts(inner)]
    return [value] if isinstance(value, str) else []


@each_payload
def test_teams_gets_runs_of_text_alone(payload: str) -> None:
    posted = teams_card.payload(card(payload))
    assert shape(posted) == shape(teams_card.payload(card("harmless")))
    content = posted["attachments"][0]["content"]
    assert {run["type"] for block in content["body"] for run in block["inlines"]} == {"TextRun"}
    assert [action["url"] for action in content["actions"]] == [LINK]


@each_payload
def test_discord_gets_no_markdown_and_nobody_to_mention(payload: str) -> None:
    posted = discord_embed.payload(card(payload))
    (embed,) = posted["embeds"]
    texts = [embed["title"], embed["description"], *(field["name"] + field["value"] for field in embed["fields"])]
    assert [text for text in texts if UNESCAPED.search(re.sub(r"\\.", "", text))] == []
    assert embed["url"] == LINK
    assert posted["allowed_mentions"] == {"parse": []}


@each_payload
def test_a_webhook_gets_the_very_text_inside_valid_json(payload: str) -> None:
    sent = body(Payload("k", "account.stalled", {"name": payload, payload: [payload]}))
    assert isinstance(sent, bytes)
    assert json.loads(sent) == {"type": "account.stalled", "data": {"name": payload, payload: [payload]}}
    alert = body(card(payload))
    assert isinstance(alert, bytes)
    assert json.loads(alert)["data"]["title"] == payload


@each_payload
def test_a_mail_has_the_headers_that_it_has(payload: str) -> None:
    """Whatever got as far as here: what holds a line break is refused."""
    mail = replace(MAIL, subject=payload, sender=f'"{payload}" <hello@acme.io>', headers={"X-Why": payload})
    made = compose(mail, sender="", reply_to="", bounces_to="", date=0.0)
    if not isinstance(made, Envelope):
        assert made.reason == "invalid"
        return
    read = email.message_from_bytes(made.content, policy=email.policy.default)
    assert {name.lower() for name in read} == HEADERS
    assert made.to == MAIL.to
    assert (made.content.count(b"\r\nBcc:"), made.content.count(b"\nBcc:")) == (0, 0)


HEADERS = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type", "x-why",
}  # fmt: skip


@each_payload
def test_nothing_in_a_preview_acts(payload: str) -> None:
    assert Skeleton(previewed(payload)).found == Skeleton(previewed("harmless")).found


def previewed(text: str) -> str:
    """A page with the text wherever one stands, but not in the mail's own HTML, which templates have made safe."""
    mail = Mail("k", text, text, "<p>Hello</p>", text, text, text)
    messages: tuple[Message, ...] = mail, card(text), Payload("k", text, {"name": text, text: text})
    shown = tuple(
        Previewed(text, text, text, "email", text, text, message, missing=(text,), would_not=(text,), error=text)
        for message in messages
    )
    return page(Preview(text, text, text, "found", NOON, (text,), shown))
