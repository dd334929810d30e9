"""The plug-in of pytest: rule tests run beside other tests, and those of other projects are left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import firstwin.app
import firstwin.pytest_plugin
import firstwin.tools.ruletests.run  # what is imported within a run of pytester is forgotten after it
from tests.cli.given import make_project

pytest_plugins = ["pytester"]

ASKED = ("-p", "firstwin.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:randomly", "-q")
TESTS = """\
- test: the mail comes after a day
  rule: first-login
  events: [2026-03-02 12:00 signed_up]
  expect: {email: first-login, at: 2026-03-03 12:00}
- test: nobody hears of it
  rule: welcome
  events: [2026-03-02 12:00 signed_up]
  expect: {email: welcome, at: 2026-03-02 12:00}
"""


def write(folder: Path, text: str) -> None:
    (folder / "rules" / "tests").mkdir(parents=True, exist_ok=True)
    (folder / "rules" / "tests" / "first.yaml").write_text(text)


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    write(make_project(pytester.path), TESTS)
    return pytester.path


def test_they_run_beside_others_and_a_failure_reads_as_on_the_command_line(
    project: Path, pytester: pytest.Pytester
) -> None:
    (project / "test_own.py").write_text("def test_own(): pass\n")
    done = pytester.runpytest_inprocess(*ASKED)
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(
        ["expected  nothing more", "came      2026-03-02 12:00  alert new-account to cs, about account"]
    )
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.fnmatch_lines(["FAILED rules/tests/first.yaml::nobody hears of it*"])


def test_they_are_chosen_by_name_and_file(project: Path, pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess(*ASKED, "-k", "after and day").assert_outcomes(passed=1, deselected=1)
    pytester.runpytest_inprocess(*ASKED, "rules/tests/first.yaml::the mail comes after a day").assert_outcomes(passed=1)
    assert project.is_dir()


def test_mistakes_are_told_with_their_places(project: Path, pytester: pytest.Pytester) -> None:
    write(project, TESTS.replace("rule: welcome", "rule: wellcome"))
    done = pytester.runpytest_inprocess(*ASKED)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["rules/tests/first.yaml:6:9 There is no rule `wellcome`. Did you mean `welcome`?"])


def test_yaml_of_others_is_left_alone(pytester: pytest.Pytester) -> None:
    write(pytester.path, "not: ours\n")
    (pytester.path / "docker-compose.yml").write_text("services: {}\n")
    pytester.runpytest_inprocess(*ASKED).assert_outcomes()


def test_it_costs_others_nothing() -> None:
    """No package of any weight is imported before a rule test is found."""
    script = "import sys, pytest; before = set(sys.modules); import firstwin.pytest_plugin; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"firstwin", "firstwin.pytest_plugin"}


def test_it_is_what_pytest_finds_when_firstwin_is_installed() -> None:
    import tomllib

    from tests.house.sources import ROOT

    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    assert points == {firstwin.pytest_plugin.__name__: firstwin.pytest_plugin.__name__}
