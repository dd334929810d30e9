from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.tools.new_project import new_project
from tests.cli.given import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_project(tmp_path)
    return tmp_path


def test_answers_become_a_rule_that_passes_its_tests(run: Run, folder: Path) -> None:
    answers = "no-invite\naccount\nhappened\nsigned_up\n5 days\nteammate_invited\nemail\ncontact\n"
    told = run("-p", str(folder), "new", typed=answers).stdout
    assert "How long after it?" in told
    assert "rules/no-invite.yaml" in told
    assert "after: 5 days" in (folder / "rules/no-invite.yaml").read_text()
    run("-p", str(folder), "check")
    assert "2 tests" in run("-p", str(folder), "test", "no-invite").stdout


def test_an_answer_that_will_not_do_is_asked_for_again(run: Run, folder: Path) -> None:
    answers = "No Invite\nno-invite\naccount\nhappened\nsigned_up\n5d\n5 days\n\nemail\ncontact\n"
    told = run("-p", str(folder), "new", typed=answers).stdout
    assert "Write `no-invite`." in told
    assert "Write `5 days`." in told
    assert "unless" not in (folder / "rules/no-invite.yaml").read_text()


def test_nothing_is_asked_where_all_is_said(run: Run, folder: Path) -> None:
    told = run("-p", str(folder), "new", "gone-quiet", "--begins", "quiet", "--send", "alert", "--yes").stdout
    assert "?" not in told
    assert "to: csm" in (folder / "rules/gone-quiet.yaml").read_text()


def test_a_name_that_is_taken_is_refused(run: Run, folder: Path) -> None:
    told = run("-p", str(folder), "new", "quiet-30-days", "--yes", code=2).stderr
    assert "rules/quiet-30-days.yaml is there already" in told


def test_what_makes_no_rule_is_not_written(run: Run, folder: Path) -> None:
    run("-p", str(folder), "new", "x", "--to", "nobody", "--yes", code=2)
    assert not (folder / "rules/x.yaml").exists()
