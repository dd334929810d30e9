"""The rule tests of a project: found beside its rules, read, and looked through for names that nothing answers to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firstwin.rules.folder import TESTS
from firstwin.rules.problems import Problem, errors
from firstwin.rules.ruletest_file import Written, read_ruletests
from firstwin.tools.check import Checked
from firstwin.tools.ruletests.names import misnamed

YML = "A file of rule tests ends in `.yaml`."


@dataclass(frozen=True)
class RuleTests:
    """Those without a mistake, and every mistake; ``untested`` are rules that no test is about."""

    tests: tuple[Written, ...] = ()
    problems: tuple[Problem, ...] = ()
    untested: tuple[str, ...] = ()


def rule_tests(folder: Path, checked: Checked) -> RuleTests:
    """The tests in ``rules/tests`` of the project in ``folder``."""
    tests: list[Written] = []
    problems: list[Problem] = []
    for path in files_of(folder):
        found = read_file(folder, path, checked)
        tests += found.tests
        problems += found.problems
    tested = {name for written in tests for name in written.test.rule}
    untested = sorted(rule.id for rule in checked.library.rules if rule.id not in tested)
    return RuleTests(tuple(tests), tuple(sorted(set(problems))), tuple(untested))


def read_file(folder: Path, path: Path, checked: Checked) -> RuleTests:
    """The tests of one file."""
    name = path.relative_to(folder).as_posix()
    written, problems = read_ruletests(name, path.read_bytes())
    told = [
        *problems,
        *([Problem(name, 1, 1, YML, f"Rename it to `{path.stem}.yaml`.")] if path.suffix == ".yml" else []),
    ]
    tests: list[Written] = []
    for one in written:
        wrong = list(misnamed(one, checked, checked.project)) if checked.project else []
        told += wrong
        tests += [] if errors(wrong) else [one]
    return RuleTests(tuple(tests), tuple(told))


def files_of(folder: Path) -> list[Path]:
    found = (folder / "rules" / TESTS).rglob("*")
    return sorted(file for file in found if file.suffix in (".yaml", ".yml") and not file.name.startswith("."))
