from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.tools.check import check
from firstwin.tools.new_project import new_project
from firstwin.tools.new_rule import Answers, Begins, drafts, mistakes, wrong_wait
from firstwin.tools.ruletests.files import rule_tests
from firstwin.tools.ruletests.run import a_bench
from firstwin.tools.surroundings import environment

HAPPENED = Answers(
    "no-invite", "account", "happened", "signed_up", "5 days", "teammate_invited", "email", "contact", "never"
)
DRAFTS = [
    HAPPENED,
    Answers("ask-why", "person", "happened", "report_sent", "30 minutes", "", "email", "person", "never"),
    Answers("first-win-late", "account", "happened", "signed_up", "2 days", "activated", "alert", "csm", "never"),
    Answers("gone-quiet", "account", "quiet", "report_sent", "2 weeks", "", "alert", "csm", "{after: 90 days}"),
    Answers("trial-ends", "account", "date", "account.trial_ends_at", "7 days", "", "email", "contact", "every time"),
    Answers("birthday", "person", "date", "person.birthday", "1 day", "", "email", "person", "every time"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_project(tmp_path)
    return tmp_path


@pytest.mark.parametrize("answers", DRAFTS, ids=lambda answers: answers.name)
def test_what_is_drafted_has_no_mistake_and_passes_its_own_tests(folder: Path, answers: Answers) -> None:
    project = check(folder, {}).project
    assert project is not None
    files = drafts(answers, project)
    assert mistakes(folder, project, files, answers.name) == []
    for path, text in files.items():
        assert not (folder / path).exists()
        (folder / path).write_text(text)
    checked = check(folder, {})
    assert checked.errors == ()
    found = rule_tests(folder, checked)
    assert found.problems == ()
    own = [written for written in found.tests if answers.name in written.test.rule]
    with a_bench(checked, environment(checked)) as run:
        assert [run(written).failures for written in own] == [(), ()]


def test_a_drafted_rule_sends_nothing_yet(folder: Path) -> None:
    project = check(folder, {}).project
    assert project is not None
    text = drafts(HAPPENED, project)[Path("rules/no-invite.yaml")]
    assert "\nmode: shadow " in text


def test_an_answer_that_makes_no_rule_is_told_in_the_words_of_check(folder: Path) -> None:
    project = check(folder, {}).project
    assert project is not None
    spoilt = Answers("x", "account", "happened", "signed_up", "1 day", "", "alert", "#success", "never")
    remark, unknown = mistakes(folder, project, drafts(spoilt, project), "x")
    assert remark.suggestion == "Leave the `#` away: `success`."
    assert "success" in unknown.message


@pytest.mark.parametrize(("wait", "right"), [("24 hours", True), ("24h", False), ("a day", False), ("", False)])
def test_a_wait_is_looked_at_before_anything_is_written(wait: str, right: bool) -> None:
    assert (wrong_wait(wait) == "") is right


def test_every_way_to_begin_is_drafted() -> None:
    ways: set[Begins] = {answers.begins for answers in DRAFTS}
    assert ways == {"happened", "quiet", "date"}
