"""An alert in Block Kit stays within Slack's limits, and nothing in it is obeyed."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from firstwin.messages.message import AlertCard
from firstwin.senders.slack_blocks import escape, payload

CARD = AlertCard(
    key="k",
    title="Acme has stalled",
    body="No report was sent.",
    why="data is connected",
    since="Tuesday",
    next_step="Call Anna.",
    fields=(("Plan", "pro"), ("MRR", "5,000")),
    link="https://app.example.com/accounts/a1?x=1&y=2",
    link_label="Open Acme",
)

texts = st.text(max_size=5000)
cards = st.builds(
    AlertCard,
    key=st.just("k"),
    title=texts,
    body=texts,
    why=texts,
    since=texts,
    next_step=texts,
    fields=st.lists(st.tuples(texts, texts), max_size=60).map(tuple),
    link=st.just("") | st.text(max_size=300).map("https://example.com/".__add__),
    link_label=texts,
    possible_repeat=st.booleans(),
)


def texts_of(blocks: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Every text object, wherever it stands."""
    return [
        text
        for block in blocks
        for text in [
            *block.get("fields", []),
            *block.get("elements", []),
            *([block["text"]] if "text" in block else []),
        ]
    ]


def test_all_of_the_alert_is_said() -> None:
    said = payload(CARD)
    blocks: list[dict[str, Any]] = said["blocks"]
    assert [block["type"] for block in blocks] == ["header", "section", "section", "section", "section"]
    assert said["text"] == "Acme has stalled: data is connected"
    assert [text["text"] for text in texts_of(blocks)] == [
        "Acme has stalled",
        "No report was sent.",
        *("*Why*", "data is connected", "*Since*", "Tuesday", "*Suggested next step*", "Call Anna."),
        *("*Plan*", "pro", "*MRR*", "5,000"),
        "<https://app.example.com/accounts/a1?x=1&amp;y=2|Open Acme>",
    ]


def test_a_possible_repeat_says_so() -> None:
    assert "repeat" not in json.dumps(payload(CARD))
    assert payload(replace(CARD, possible_repeat=True))["blocks"][-1]["type"] == "context"


@given(cards)
def test_every_alert_keeps_to_the_limits_of_slack(card: AlertCard) -> None:
    blocks: list[dict[str, Any]] = payload(card)["blocks"]
    assert len(blocks) <= 50
    assert len(payload(card)["text"]) <= 3000
    for block in blocks:
        assert len(block.get("fields", [])) <= 10
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
        elif "text" in block:
            assert 1 <= len(block["text"]["text"]) <= 3000
        assert all(1 <= len(field["text"]) <= 2000 for field in block.get("fields", []))
    Block.parse_all(blocks)  # slack's own library takes it


EVIL = ["<!channel>", "<!here>", "<@U123>", "<#C123>", "<https://evil.example|Open Acme>", "</x>", "&lt;!channel&gt;"]


@pytest.mark.parametrize("evil", EVIL)
def test_customer_data_mentions_nobody_and_links_nowhere(evil: str) -> None:
    card = AlertCard(
        key="k",
        title=evil,
        body=evil,
        why=evil,
        since=evil,
        next_step=evil,
        fields=((evil, evil),),
        link=f"https://example.com/{evil}",
        link_label=evil,
    )
    said = payload(card)
    *plain, link = [text["text"] for text in texts_of(said["blocks"])]
    for text in [said["text"], *plain, link[1:-1]]:
        assert "<" not in text
        assert ">" not in text
    assert unescape(plain[0]) == evil  # and is read as it was written
    assert link.count("|") == 1
    assert all(text["type"] == "plain_text" or text["verbatim"] for text in texts_of(said["blocks"]))


def test_what_customers_wrote_is_never_read_as_markdown() -> None:
    evil = "*b* _i_ ~s~ `c` > q"
    card = AlertCard("k", evil, evil, evil, evil, evil, (("Plan", evil), ("Name", "")))
    said = payload(card)
    markdown = [text["text"] for text in texts_of(said["blocks"]) if text["type"] == "mrkdwn"]
    assert markdown == ["*Why*", "*Since*", "*Suggested next step*", "*Plan*", "*Name*"]
    assert said["mrkdwn"] is False
    assert [unescape(text["text"]) for text in texts_of(said["blocks"]) if text["type"] == "plain_text"] == [
        evil
    ] * 6 + ["-"]


@given(st.text(), st.integers(1, 60))
def test_a_cut_never_halves_an_escape(text: str, limit: int) -> None:
    cut = escape(text, limit)
    assert len(cut) <= limit
    whole = unescape(cut.removesuffix("…"))
    assert text.startswith(whole) or text == unescape(cut)
    assert "&" not in cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_what_fits_is_not_cut() -> None:
    assert escape("a" * 150, 150) == "a" * 150
    assert escape("a" * 151, 150) == "a" * 149 + "…"
    assert escape("&" * 30, 150) == "&amp;" * 30
    assert escape("&" * 31, 150) == "&amp;" * 29 + "…"
