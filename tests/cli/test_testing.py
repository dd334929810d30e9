"""`firstwin test`: which tests it plays, what it says of them, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.given import Run

LATE = """\
- test: the mail comes after a day
  rule: first-login
  events: [2026-03-02 12:00 signed_up]
  expect: {email: first-login, at: 2026-03-03 12:00}
- test: whoever logged in gets none
  rule: first-login
  events: [2026-03-02 12:00 signed_up, 2026-03-02 13:00 logged_in]
  expect: nothing
"""
WELCOME = """\
- test: both are told at once
  rule: welcome
  events: [2026-03-02 12:00 signed_up]
  expect: [{email: welcome}, {alert: new-account, to: cs}]
"""


@pytest.fixture
def project(folder: Path) -> Path:
    write(folder, "late", LATE)
    write(folder, "welcome", WELCOME)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    file = folder / "rules" / "tests" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def test_all_pass(run_alone: Run, project: Path) -> None:
    assert "3 tests passed in " in run_alone("-p", str(project), "test").stdout


def test_a_failure_is_told_with_what_shows_it(run_alone: Run, project: Path) -> None:
    write(project, "late", LATE.replace("2026-03-03 12:00}", "2026-03-03 11:00}"))
    told = run_alone("-p", str(project), "test", code=1).stdout
    assert "✗ the mail comes after a day  rules/tests/late.yaml:1" in told
    assert "expected  2026-03-03 11:00  email first-login" in told
    assert "came      2026-03-03 12:00  email first-login to person@example.com, about account" in told
    assert "unless logged in since the start  no: never" in told
    assert "2 tests passed, 1 failed in " in told


@pytest.mark.parametrize(
    "which", [["first-login"], ["rules/tests/late.yaml"], ["-k", "AT once"], ["first-login", "-k", "mail"]]
)
def test_some_are_chosen(run_alone: Run, project: Path, which: list[str]) -> None:
    wanted = {"first-login": 2, "rules/tests/late.yaml": 2, "AT once": 1, "mail": 1}[which[-1]]
    assert f"{wanted} test{'s' if wanted > 1 else ''} passed" in run_alone("-p", str(project), "test", *which).stdout


def test_a_file_may_be_named_from_anywhere(run_alone: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "rules" / "tests")
    assert "1 test passed" in run_alone("-p", str(project), "test", "./welcome.yaml").stdout
    assert "1 test passed" in run_alone("-p", "../..", "test", str(project / "rules/tests/welcome.yaml")).stdout


@pytest.mark.parametrize(
    ("which", "told"), [("first-logins", "Did you mean `first-login`?"), ("-k nothing", "No test fits.")]
)
def test_what_fits_nothing_is_told(run_alone: Run, project: Path, which: str, told: str) -> None:
    assert told in run_alone("-p", str(project), "test", *which.split(), code=2).stderr


def test_a_mistake_in_a_test_is_told_by_test_and_check(run_alone: Run, project: Path) -> None:
    write(project, "welcome", WELCOME.replace("rule: welcome", "rule: wellcome"))
    said = "rules/tests/welcome.yaml:2:9 There is no rule `wellcome`. Did you mean `welcome`?"
    found = run_alone("-p", str(project), "test", code=2)
    assert said in found.stderr
    assert "2 tests passed" in found.stdout
    checked = run_alone("-p", str(project), "check", code=2)
    assert said in checked.stderr
    assert "1 mistake," in checked.stdout


def test_a_mistake_in_a_rule_comes_first(run_alone: Run, project: Path) -> None:
    (project / "rules" / "welcome.yaml").write_text("about: account\n")
    assert "mend them first" in run_alone("-p", str(project), "test", code=2).stderr


def test_json_for_programs(run_alone: Run, project: Path) -> None:
    write(project, "late", LATE.replace("expect: nothing", "expect: {email: first-login}"))
    found = json.loads(run_alone("-p", str(project), "test", "--json", code=1).stdout)
    assert [one["passed"] for one in found["tests"]] == [True, False, True]
    (failure,) = found["tests"][1]["failures"]
    assert failure["expected"] == "email first-login"
    assert failure["evidence"] == [
        {"where": "unless", "holds": True, "says": "logged in since the start", "shows": "once, last 2026-03-02 13:00"}
    ]
    assert found["tests"][1]["file"] == "rules/tests/late.yaml"
    assert found["untested"] == []


def test_a_rule_without_a_test_is_named(run_alone: Run, project: Path) -> None:
    (project / "rules" / "tests" / "late.yaml").unlink()
    assert "Without a test: first-login." in run_alone("-p", str(project), "test").stderr


def test_a_project_without_tests_is_told_how_to_begin(run_alone: Run, folder: Path) -> None:
    assert "There are no rule tests yet" in run_alone("-p", str(folder), "test").stdout


def test_a_fresh_project_passes_and_every_shipped_rule_has_a_test(run_alone: Run, tmp_path: Path) -> None:
    run_alone("init", str(tmp_path))
    found = json.loads(run_alone("-p", str(tmp_path), "test", "--json").stdout)
    assert len(found["tests"]) > 40
    assert found["untested"] == []


def test_a_fresh_project_passes_with_the_quiet_hours_and_caps_that_its_file_offers(
    run_alone: Run, tmp_path: Path
) -> None:
    run_alone("init", str(tmp_path))
    project = tmp_path / "firstwin.yaml"
    offered = [line for line in project.read_text().splitlines() if line.startswith(("# quiet_hours:", "# caps:"))]
    assert len(offered) == 2
    project.write_text(project.read_text() + "".join(f"{line.removeprefix('# ')}\n" for line in offered))
    found = json.loads(run_alone("-p", str(tmp_path), "test", "--json").stdout)
    assert [one["name"] for one in found["tests"] if not one["passed"]] == []
