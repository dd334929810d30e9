"""What docs/rule-tests.md shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firstwin.rules.ruletest import Given, Happening, RuleTest, Wanted
from firstwin.tools.check import check
from firstwin.tools.new_project import new_project
from firstwin.tools.ruletests.files import files_of, rule_tests
from firstwin.tools.ruletests.reasons import TOLD, codes
from firstwin.tools.ruletests.run import a_bench
from firstwin.tools.surroundings import environment
from tests.house.sources import ROOT
from tests.tools.ruletests.given import shown

DOCS = (ROOT / "docs" / "rule-tests.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)


def test_each_example_passes(tmp_path: Path) -> None:
    new_project(tmp_path)
    for file in files_of(tmp_path):
        file.unlink()
    for number, text in enumerate(EXAMPLES):
        name = re.match(r"# rules/([\w-]+\.yaml)\n", text)
        (tmp_path / "rules" / (name[1] if name else f"tests/{number}.yaml")).write_text(text)
    checked = check(tmp_path, {})
    found = rule_tests(tmp_path, checked)
    assert found.problems == ()
    with a_bench(checked, environment(checked)) as run:
        results = [run(one) for one in found.tests]
    assert list(map(shown, results)) == [""] * len(results)
    assert len(results) == len(EXAMPLES)  # one of them is a rule, one has two tests


@pytest.mark.parametrize("word", [*RuleTest.written(), *Given.written(), *Happening.written(), *Wanted.written()])
def test_each_word_is_told(word: str) -> None:
    assert re.search(rf"[`{{ -]{word}[:`,]", DOCS)


def test_each_reason_is_one() -> None:
    told = DOCS.partition("The codes:")[2].partition("and what else")[0]
    named = set(re.findall(r"`([a-z_]+)`", told)) - {"unless", "only_if", "until"}
    assert named <= set(codes())
    assert set(TOLD) - named == {"render_error", "daily_cap"}  # which a test fails with, or never meets
