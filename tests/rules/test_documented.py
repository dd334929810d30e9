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
SEGMENTS = [block for block in BLOCKS if block.startswith("# rules/segments.yaml")]
CONDITIONS = [block for block in BLOCKS if block.startswith("- ")]
AROUND = "about: account\nwhen: signed_up\nafter: 90 days\nonly_if:\n  all:\n{}then: {{email: hello, to: contact}}\nagain: never\n"
BESIDE = {
    "rules/segments.yaml": SEGMENTS[0],
    "rules/activated.yaml": "about: account\nwhen: {becomes: {did: report_sent, since: ever}}\nthen: {record: activated}\nagain: never\n",
}


def mistakes(text: str) -> list[str]:
    files = {name: content.encode() for name, content in {**BESIDE, "rules/example.yaml": text}.items()}
    return [str(problem) for problem in load_library(files).problems if problem.file == "rules/example.yaml"]


def test_every_example_is_looked_at() -> None:
    assert len(RULES) > 5
    assert CONDITIONS
    assert len(SEGMENTS) == 1
    assert len(RULES) + len(CONDITIONS) + len(SEGMENTS) == len(BLOCKS)
    for word in ("digest:", "segment:", "split:", "choose:", "every: year"):
        assert word in DOCUMENT


def test_the_documented_segments_hold_no_mistake() -> None:
    library = load_library({"rules/segments.yaml": SEGMENTS[0].encode()})
    assert [str(problem) for problem in library.problems if problem.severity == "error"] == []
    assert set(library.segments) == {"at-risk", "large"}


@pytest.mark.parametrize("text", RULES)
def test_a_documented_rule_holds_no_mistake(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize("text", CONDITIONS)
def test_documented_conditions_hold_no_mistake(text: str) -> None:
    assert mistakes(AROUND.format(indent(text, "    "))) == []
