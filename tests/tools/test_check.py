from collections.abc import Callable
from pathlib import Path

import pytest

from firstwin.tools.check import check, sender_settings
from firstwin.tools.ruletests.files import rule_tests
from tests.cli.given import make_project

FIRST_LOGIN = "rules/first-login.yaml"


def edited(folder: Path, name: str, change: Callable[[str], str]) -> Path:
    (folder / name).write_text(change((folder / name).read_text()))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in check(folder, {}).errors]


def test_a_good_project_has_everything(folder: Path) -> None:
    found = check(folder, {})
    assert found.errors == ()
    assert found.project is not None
    assert found.templates is not None
    assert {rule.id for rule in found.library.rules} == {"first-login", "welcome"}


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, {}).errors
    assert "firstwin init" in problem.suggestion


def test_a_template_that_is_not_there_is_told_at_the_rule(folder: Path) -> None:
    edited(folder, FIRST_LOGIN, lambda text: text.replace("first-login,", "first-lgoin,"))
    (problem,) = told(folder)
    assert problem.startswith(f"{FIRST_LOGIN}:5:")
    assert "Did you mean `first-login`?" in problem


def test_a_template_that_cannot_be_read_is_told_with_its_line(folder: Path) -> None:
    edited(folder, "templates/mail/welcome.md", lambda text: text + "{{ person.name\n")
    assert [problem.partition(" ")[0] for problem in told(folder)] == ["templates/mail/welcome.md:5:1"]


def test_a_senders_setting_is_told_at_the_sender(folder: Path) -> None:
    edited(folder, "firstwin.yaml", lambda text: text.replace("host: 127.0.0.1", "hots: 127.0.0.1"))
    problems = told(folder)
    assert {problem.partition(" ")[0].rsplit(":", 1)[0] for problem in problems} == {"firstwin.yaml:6"}
    assert any("Did you mean host?" in problem for problem in problems)


def test_mistakes_of_all_files_come_together(folder: Path) -> None:
    edited(folder, "firstwin.yaml", lambda text: text.replace("type: smtp", "type: smpt"))
    edited(folder, FIRST_LOGIN, lambda text: text.replace("24 hours", "24h"))
    edited(folder, "templates/alert/new-account.md", lambda text: text + "{{")
    assert {problem.partition(":")[0] for problem in told(folder)} == {
        "firstwin.yaml",
        FIRST_LOGIN,
        "templates/alert/new-account.md",
    }


def test_senders_get_their_own_settings_and_their_type(folder: Path) -> None:
    project = check(folder, {}).project
    assert project is not None
    assert sender_settings(project)["cs"] == {"type": "inbox", "url": "http://127.0.0.1:1/messages"}


def test_a_placeholder_is_filled_in(folder: Path) -> None:
    edited(folder, "firstwin.yaml", lambda text: text.replace("name: Acme", "name: ${PRODUCT}"))
    assert "PRODUCT" in told(folder)[0]
    project = check(folder, {"PRODUCT": "Bluebird"}).project
    assert project is not None
    assert project.name == "Bluebird"


def test_a_rule_that_cannot_be_read_brings_no_false_alarms_elsewhere(folder: Path) -> None:
    edited(folder, FIRST_LOGIN, lambda text: text.replace("unless:", "\tunless:"))
    tests = folder / "rules/tests"
    tests.mkdir()
    (tests / "first.yaml").write_text(
        "- {test: it comes, rule: first-login, rule_since: 2026-03-02 09:00, expect: nothing}\n"
    )
    checked = check(folder, {})
    assert {problem.file for problem in checked.problems} == {FIRST_LOGIN}
    assert rule_tests(folder, checked).problems == ()
