"""What docs/rules.md shows can be written so: each of its examples is a rule, or a list of conditions, without a mistake."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from firstwin.rules.library import load_library

DOCUMENT = (Path(__file__).parents[2] / "docs/rules.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
RULES = [block for block in BLOCKS if block.startswith("about:")]
CONDITIONS = [block for block in BLOCKS if block.startswith("- ")]
AROUND = "about: account\nwhen: signed_up\nafter: 90 days\nonly_if:\n  all:\n{}then: {{email: hello, to: contact}}\nagain: never\n"
BESIDE = {
    "rules/segments.yaml": "at-risk: {account.health: red}\n",
    "rules/activated.yaml": "about: account\nwhen: {becomes: {did: report_sent, since: ever}}\nthen: {record: activated}\nagain: never\n",
}


def mistakes(text: str) -> list[str]:
    files = {name: content.encode() for name, content in {**BESIDE, "rules/example.yaml": text}.items()}
    return [str(problem) for problem in load_library(files).problems if problem.file == "rules/example.yaml"]


def test_every_example_is_looked_at() -> None:
    assert len(RULES) > 5
    assert CONDITIONS
    assert len(RULES) + len(CONDITIONS) == len(BLOCKS)


@pytest.mark.parametrize("text", RULES)
def test_a_documented_rule_holds_no_mistake(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize("text", CONDITIONS)
def test_documented_conditions_hold_no_mistake(text: str) -> None:
    assert mistakes(AROUND.format(indent(text, "    "))) == []
