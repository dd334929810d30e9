"""Reads alerts and webhooks as they came over HTTP into what their receivers see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import orjson

from firstwin.demo.inbox_message import Block, Received, Run, preview
from firstwin.messages.message import AlertCard
from firstwin.senders.slack_blocks import payload

# What Slack makes of a text: <address|label>, <!channel> or <@U1>, and *bold*. Everything else it shows as it is.
MARKUP = re.compile(r"<(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)")


def from_card(message: Mapping[str, Any]) -> Received:
    """An alert as the ``inbox`` sender posts it: shown as Slack would show it. Raises TypeError for anything else."""
    fields = tuple((label, text) for label, text in message.get("fields", ()))
    card = AlertCard(**{**message, "fields": fields})
    return from_slack(payload(card), key=card.key)


def from_slack(posted: Mapping[str, Any], *, channel: str = "", key: str = "") -> Received:
    """A post in the form of a Slack incoming webhook."""
    blocks = tuple(_blocks(posted.get("blocks")))
    if not blocks:
        blocks = (Block("text", (_runs({"type": "mrkdwn", "text": posted.get("text", "")}),)),)
    lines = [" ".join(run.text for run in runs) for block in blocks for runs in block.runs]
    return Received(
        kind="alert",
        key=key,
        title=lines[0],
        sender="Firstwin",
        to=f"#{channel or 'customer-success'}",
        preview=preview(" · ".join(lines[1:])),
        text="\n\n".join(lines),
        blocks=blocks,
    )


def from_webhook(posted: Any, headers: Mapping[str, str], *, name: str = "") -> Received:  # noqa: ANN401 - any JSON
    """A post to a program, signed or not."""
    kind = str(posted.get("type", "")) if isinstance(posted, Mapping) else ""
    data = posted.get("data") if isinstance(posted, Mapping) else posted
    return Received(
        kind="webhook",
        key=headers.get("webhook-id", ""),
        title=kind or "webhook",
        sender="Firstwin",
        to=name or "webhook",
        preview=preview(orjson.dumps(data).decode()),
        headers=tuple((name, value) for name, value in headers.items() if name.startswith("webhook-")),
        data=posted,
    )


def _blocks(blocks: Any) -> Iterator[Block]:  # noqa: ANN401 - as posted
    for block in blocks if isinstance(blocks, list) else ():
        match block:
            case {"type": "header", "text": {**text}}:
                yield Block("header", (_runs(text),))
            case {"type": "section", "fields": [*fields]}:
                yield Block("fields", tuple(map(_runs, fields)))
            case {"type": "section", "text": {**text}}:
                yield Block("text", (_runs(text),))
            case {"type": "context", "elements": [*elements]}:
                yield Block("context", tuple(map(_runs, elements)))


def _runs(text: Any) -> tuple[Run, ...]:  # noqa: ANN401 - as posted
    match text:
        case {"type": "mrkdwn", "text": str(said)}:
            return tuple(_marked(said))
        case {"text": str(said)}:
            return (Run(unescape(said)),)
        case _:
            return (Run(""),)


def _marked(text: str) -> Iterator[Run]:
    end = 0
    for found in MARKUP.finditer(text):
        if before := text[end : found.start()]:
            yield Run(unescape(before))
        yield _markup(found)
        end = found.end()
    if rest := text[end:]:
        yield Run(unescape(rest))


def _markup(found: re.Match[str]) -> Run:
    target, label, bold = found.group("target", "label", "bold")
    if bold is not None:
        return Run(unescape(bold), bold=True)
    if target[0] in "!@#":
        return Run("@" + target[1:], bold=True)  # a mention: it would have rung everybody
    address = unescape(target)
    return Run(unescape(label or target), href=address if address.startswith(("http://", "https://")) else "")
