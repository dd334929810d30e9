"""The schema that editors complete by agrees with the language: whatever is right in a file is right by the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from firstwin.rules.documents import read_document
from firstwin.rules.schema import rule_schema
from tests.rules import examples
from tests.rules.given import rule_with, with_gate
from tests.rules.test_documented import AROUND, CONDITIONS, RULES

SHIPPED = Path(__file__).parents[2] / "rules"
SCHEMA = Draft202012Validator(rule_schema())
RIGHT = {
    **{path.name: path.read_text() for path in SHIPPED.glob("*.yaml") if path.stem != "segments"},
    **{f"documented {number}": text for number, text in enumerate(RULES)},
    **{name: text for name, text in vars(examples).items() if name.isupper()},
}
WRONG = [
    with_gate("only_if: {account.mrr: {greater_than: 5}}"),
    with_gate("only_if: {account.plan: pro, account.mrr: 5}"),
    with_gate("only_if: {did: logged_in, in_last: 14d}"),
    with_gate("only_if: {did: logged_in, at_lest: 3, in_last: 14 days}"),
    with_gate("only_if: {mrr: 5}"),
    rule_with(about="acount"),
    rule_with(again=None),
    rule_with(when="{every: monday, at: 9:00}"),
    rule_with(then="{mail: first-login, to: contact}"),
    rule_with(then="{email: first-login, to: csm}"),
    rule_with(after="24h"),
]


def data(text: str) -> Any:
    document, _ = read_document("rules/x.yaml", text.encode())
    assert document is not None
    return document.data


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(rule_schema())


@pytest.mark.parametrize("name", RIGHT)
def test_a_rule_that_is_right_is_right_by_the_schema(name: str) -> None:
    assert [error.message for error in SCHEMA.iter_errors(data(RIGHT[name]))] == []


@pytest.mark.parametrize("listed", CONDITIONS)
def test_conditions_that_are_right_are_right_by_the_schema(listed: str) -> None:
    text = AROUND.format("".join(f"    {line}\n" for line in listed.splitlines()))
    assert [error.message for error in SCHEMA.iter_errors(data(text))] == []


@pytest.mark.parametrize("text", WRONG)
def test_an_editor_sees_many_a_mistake_by_itself(text: str) -> None:
    assert not SCHEMA.is_valid(data(text))


def test_an_editor_can_say_what_a_word_means() -> None:
    words = rule_schema()["$defs"]
    assert [name for name, word in words.items() if name.endswith("Word") and word.get("title")] == []
    assert "milestone" in words["ReachedWord"]["description"]
