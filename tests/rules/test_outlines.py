"""What other files may know of a rule before it is read."""

from __future__ import annotations

import pytest

from firstwin.rules.documents import Document, read_document
from firstwin.rules.outlines import outlines
from firstwin.rules.scope import KnownRule


def document(text: str) -> Document | None:
    return read_document("rules/x.yaml", text.encode())[0]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("about: account\nthen: {email: a, to: contact}\n", KnownRule("account", (), sends=True)),
        ("about: person\nwas: y\nthen: {record: a}\n", KnownRule("person", (), sends=False, was="y")),
        ("then: [{record: a}, {alert: b, to: csm}]\n", KnownRule(None, (), sends=True)),
        ("steps: {a: {then: {record: m}}, b: {then: {record: n}}}\n", KnownRule(None, ("a", "b"), sends=False)),
        ("steps: {a: {then: {record: m}}, b: {then: {email: c, to: contact}}}\n", KnownRule(None, ("a", "b"))),
        ("about: 5\nwas: 5\nsteps: 5\nthen: 5\n", KnownRule(None, None, sends=True)),
        ("steps: {a: 5}\n", KnownRule(None, ("a",), sends=True)),
        ("5\n", KnownRule()),
    ],
)
def test_a_rule_is_known_by_its_plain_data(text: str, known: KnownRule) -> None:
    assert outlines({"x": document(text)}) == {"x": known}


def test_of_a_file_that_cannot_be_read_only_the_name_is_known() -> None:
    assert outlines({"x": None}) == {"x": KnownRule()}
