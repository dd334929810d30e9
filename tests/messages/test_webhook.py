"""Messages to programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import Payload
from tests.messages.examples import rich

MakePayload = Callable[..., Payload]


def test_a_text_that_is_one_value_keeps_its_kind(webhook: MakePayload) -> None:
    payload = webhook(
        """{"type": "account.nudged", "data": {
          "mrr": "{{ account.mrr }}", "account": "{{ subject }}", "since": "{{ since }}",
          "names": "{{ missing | map(attribute='name') }}", "seats": "{{ account.seats | default(none) }}",
          "big": "{{ account.mrr > 1000 }}", "text": "{{ account.name }} & {{ account.plan }}", "fixed": [1, true, null, "x"]
        }}"""
    )
    assert payload == Payload(
        "k",
        "account.nudged",
        {
            "mrr": 5000,
            "account": {"kind": "account", "id": "a1"},
            "since": "2026-03-18T09:30:00+00:00",
            "names": ["data_connected", "report_sent"],
            "seats": None,
            "big": True,
            "text": "Northwind & pro",
            "fixed": [1, True, None, "x"],
        },
    )


def test_programs_get_the_data_unchanged(webhook: MakePayload) -> None:
    name = "<b>\n\u202ehttps://a.example"
    payload = webhook(
        '{"type": "t", "data": {"one": "{{ account.name }}", "two": "x{{ account.name }}"}}',
        rich(account={"name": name}),
    )
    assert payload.data == {"one": name, "two": f"x{name}"}


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("[]", 1, "an object with “type” and “data”"),
        ('{"type": "t"}', 1, "an object with “type” and “data”"),
        ('{"data": {}}', 1, "a “type” of words"),
        ('{"type": "a b", "data": {}}', 1, "a “type” of words"),
        ('{"type": "t",\n"date": 1, "data": {}}', 2, "no “date”. Did you mean `data`"),
        ('{"type": "t",\n"data": {"a": "{{ account.seats }}"}}', 2, "“account.seats” is missing"),
        ('{"type": "t",\n"data": {"a": "x {{ account.seats }}"}}', 2, "“account.seats” is missing"),
        ('{"type": "t",\n"data": {"a":\n"{{ account. }}"}}', 3, "A name is missing"),
        ('{"type": "t",\n"data": {"a": "{{ account.name() }}"}}', 2, "cannot call"),
        ('{"type": "t",\n"data": {"a": "{{ 1 / 0 }}"}}', 2, "breaks on the values"),
        ('{"type": "t", "data": {"a": "{{ account.inf }}"}}', 1, "infinite"),
        ('{"type": "t", "data": {"a": [{"b": "{{ account.inf }}"}]}}', 1, "infinite"),
        ('{"type": "t", "data": {"a": "{{ account.big }}"}}', 1, "can't be written as JSON"),
        ('{"type": "t", "data": {"a": "{{ account.long }}{{ account.long }}"}}', 1, "longer than"),
        ('{"type": "t", "data": {"a": "{{ account.long }}", "b": "{{ account.long }}"}}', 1, "longer than"),
        ('{"type": "t", "data": {"a": 1, "a": 2}}', 1, "twice"),
    ],
)
def test_a_mistake_is_told_with_its_line(webhook: MakePayload, source: str, line: int, told: str) -> None:
    with pytest.raises(RenderError, match=told) as stopped:
        webhook(
            source, rich(account={"id": "a", "name": "N", "inf": float("inf"), "big": 2**70, "long": "x" * 150_000})
        )
    assert stopped.value.line == line
