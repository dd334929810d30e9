"""Alerts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import AlertCard
from tests.messages.examples import rich

MakeAlert = Callable[..., AlertCard]

WHOLE = """---
title: {{ account.name }} has not activated
next_step: Write to {{ contact.name }}: ask what is in the way.
link_label: Look at {{ account.name }}
fields:
  - Value: {{ account.mrr | money("USD") }}
  - Seats: {{ account.seats | default("") }}
  - "Not yet": "{{ missing | join(', ', 'label') }}"
---
Two days without a first win.

{% if account.seats %}
{{ account.seats }} people wait.
{% endif %}
{% for step in missing %}
- {{ step.label }}
{% endfor %}
"""


def test_an_alert_says_why_since_when_and_what_to_do_next(alert: MakeAlert) -> None:
    assert alert(WHOLE) == AlertCard(
        key="k",
        title="Northwind has not activated",
        body="Two days without a first win.\n\n- connected your data\n- sent a report",
        why="Signed up 48 hours ago, and has not activated.",
        since="18 March 2026, 10:30 CET (2 days ago)",
        next_step="Write to Lena Ortiz: ask what is in the way.",
        fields=(("Value", "$5,000"), ("Not yet", "connected your data, sent a report")),
        link="https://app.example.com/accounts/a1",
        link_label="Look at Northwind",
    )


def test_an_alert_may_link_to_another_place(alert: MakeAlert) -> None:
    head = "---\ntitle: T\nnext_step: N\nlink: https://crm.example.com/?q={{ account.id }}\n---\n"
    card = alert(head)
    assert (card.link, card.link_label) == ("https://crm.example.com/?q=a1", "Open the account")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", "x y"])
def test_an_alert_goes_out_without_a_link_rather_than_with_a_bad_one(alert: MakeAlert, link: str) -> None:
    card = alert("---\ntitle: T\nnext_step: N\n---\n", rich(account={"id": "a", "link": link}))
    assert card.link == ""


def test_what_is_too_long_is_cut(alert: MakeAlert) -> None:
    source = "---\ntitle: {{ account.name }}\nnext_step: {{ account.name }}\nfields:\n  - A: {{ account.name }}\n---\n{{ account.name }}"
    card = alert(source, rich(account={"id": "a", "name": "word " * 2_000}))
    assert [
        len(card.title) <= 150,
        len(card.next_step) <= 500,
        len(card.body) <= 2_000,
        len(card.fields[0][1]) <= 300,
    ] == [True] * 4
    assert card.title.endswith("…")


@pytest.mark.parametrize(
    ("head", "line", "told"),
    [
        ("next_step: N", 1, "no “title”"),
        ("title: T", 1, "no “next_step”"),
        ("title: T\nnext_step: N\nfields: {a: b}", 4, "The fields are a list"),
        ("title: T\nnext_step: N\nfields: [{a: b, c: d}]", 4, "The fields are a list"),
        ("title: T\nnext_step: N\nfields: [" + "{a: b}, " * 11 + "]", 4, "at most 10 fields"),
        ("title: T\nnextstep: N", 3, "no “nextstep”. Did you mean `next_step`"),
        ("title: T\nnext_step: {{ account.seats }}", 3, "“account.seats” is missing"),
        ("title: T\nnext_step: N\nfields:\n  - A: {{ nope }}", 5, "nothing called “nope”"),
    ],
)
def test_a_mistake_is_told_with_its_line(alert: MakeAlert, head: str, line: int, told: str) -> None:
    with pytest.raises(RenderError, match=told) as stopped:
        alert(f"---\n{head}\n---\nBody")
    assert stopped.value.line == line
