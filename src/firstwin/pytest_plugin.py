"""A plug-in of pytest: the rule tests of a project are collected beside everybody's own. It imports nothing before it finds one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from firstwin.rules.ruletest_file import Written
    from firstwin.tools.check import Checked
    from firstwin.tools.ruletests.run import Result

PROJECT = "firstwin.yaml"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The files in ``rules/tests`` of a folder that holds a project."""
    folder = project_of(file_path)
    return None if folder is None else RuleTestFile.from_parent(parent, path=file_path, folder=folder)


def project_of(file: Path) -> Path | None:
    """The project whose rule tests lie in this file."""
    if file.suffix not in (".yaml", ".yml"):
        return None
    tests = next((folder for folder in file.parents if folder.name == "tests" and folder.parent.name == "rules"), None)
    folder = tests and tests.parent.parent
    return folder if folder and (folder / PROJECT).is_file() else None


@dataclass
class Project:
    """One project for as long as pytest runs: looked through once, and one database in memory for all its tests."""

    folder: Path
    closing: ExitStack = field(default_factory=ExitStack)
    checked: Checked | None = None
    run: Callable[[Written], Result] | None = None

    def look(self) -> Checked:
        from firstwin.settings import load, placeholders
        from firstwin.tools.check import check

        if self.checked is None:
            self.checked = check(self.folder, placeholders(load(self.folder)))
        return self.checked

    def play(self, written: Written) -> Result:
        if self.run is None:
            from firstwin.tools.ruletests.run import a_bench
            from firstwin.tools.surroundings import environment

            checked = self.look()
            self.run = self.closing.enter_context(a_bench(checked, environment(checked)))
        return self.run(written)


PROJECTS = pytest.StashKey[dict[Path, Project]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PROJECTS] = {}


def pytest_unconfigure(config: pytest.Config) -> None:
    for project in config.stash.get(PROJECTS, {}).values():
        project.closing.close()


class RuleTestFile(pytest.File):
    def __init__(self, *, folder: Path, **about: Any) -> None:  # noqa: ANN401 - as pytest hands it on
        super().__init__(**about)
        self.project = self.config.stash[PROJECTS].setdefault(folder, Project(folder))

    def collect(self) -> Iterator[pytest.Item]:
        from firstwin.rules.problems import errors
        from firstwin.tools.ruletests.files import read_file

        found = read_file(self.project.folder, self.path, self.project.look())
        mistakes = [*self.project.look().errors, *errors(found.problems)]
        if mistakes:
            raise self.CollectError("\n".join(map(str, mistakes)))
        for written in found.tests:
            yield RuleTestItem.from_parent(self, name=written.test.test, written=written)


class Failed(Exception):  # noqa: N818 - not an error of the program: what a test showed
    """A rule test that failed; the message is what its reader needs."""


class RuleTestItem(pytest.Item):
    def __init__(self, *, written: Written, parent: RuleTestFile, **about: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(parent=parent, **about)
        self.written = written
        self.project = parent.project

    def runtest(self) -> None:
        result = self.project.play(self.written)
        if not result.passed:
            raise Failed("\n".join(line for failure in result.failures for line, _ in failure.lines()))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own
        """The same words as `firstwin test`, and no stack."""
        return str(excinfo.value) if isinstance(excinfo.value, Failed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.written.line - 1, self.name
