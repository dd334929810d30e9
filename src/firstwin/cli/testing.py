"""`firstwin test`: the rule tests in rules/tests, with a clock of their own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import MISTAKE, counted, fail, notices, print_json, screen
from firstwin.cli.opening import configured
from firstwin.cli.project import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstwin.rules.ruletest_file import Written
    from firstwin.tools.check import Checked
    from firstwin.tools.ruletests.files import RuleTests
    from firstwin.tools.ruletests.run import Result

FAILED = 1
TONES = {"": "", "bad": "red", "quiet": "dim"}


def test(
    ctx: typer.Context,
    which: Annotated[
        list[str] | None, typer.Argument(metavar="RULE_OR_FILE…", help="Only the tests of these.", show_default=False)
    ] = None,
    named: Annotated[str, typer.Option("-k", metavar="TEXT", help="Only tests with this in their names.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The results for programs.")] = False,
) -> None:
    """Play the rule tests in rules/tests, with a clock of their own. Exit code 1 if one fails, 2 for a mistake in a file."""
    from firstwin.settings import placeholders
    from firstwin.tools.check import check
    from firstwin.tools.ruletests.files import rule_tests

    settings = configured(ctx)
    began = perf_counter()
    checked = check(settings.project, placeholders(settings))
    if checked.errors:
        tell(checked.errors)
        fail("With mistakes in the project nothing can be tried: mend them first.")
    found = rule_tests(settings.project, checked)
    tell(found.problems)
    chosen = _chosen(settings.project, checked, found, which or [], named)
    results = _run(checked, chosen, shown=not as_json)
    if as_json:
        print_json({"tests": [_plain(result) for result in results], "untested": found.untested})
    else:
        _summary(found, results, perf_counter() - began)
    mistakes = any(problem.severity == "error" for problem in found.problems)
    raise typer.Exit(MISTAKE if mistakes else FAILED if not all(result.passed for result in results) else 0)


def _chosen(folder: Path, checked: Checked, found: RuleTests, which: Sequence[str], named: str) -> list[Written]:
    """What the command line asks for; what nobody has written a test about is most likely misspelt."""
    from firstwin.rules.problems import did_you_mean

    names = {Path(each).stem if Path(each).parent == Path() else _inside(folder, each) for each in which}
    chosen = [one for one in found.tests if not names or not names.isdisjoint((*one.test.rule, one.file))]
    chosen = [one for one in chosen if named.casefold() in one.test.test.casefold()]
    known = {*checked.library.files, *(one.file for one in found.tests)}
    unknown = [name for name in names if name not in known]
    if unknown:
        fail(f"There is no rule, and no file of rule tests, called {unknown[0]}. {did_you_mean(unknown[0], known)}")
    if not chosen and (names or named):
        fail("No test fits.")
    return chosen


def _inside(folder: Path, file: str) -> str:
    """As the file is called within the project, wherever the command is given."""
    path = Path(file) if Path(file).exists() else folder / file
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return file


def _run(checked: Checked, chosen: Sequence[Written], *, shown: bool) -> list[Result]:
    from firstwin.tools.ruletests.run import a_bench
    from firstwin.tools.surroundings import environment

    if not chosen:
        return []
    results = []
    with a_bench(checked, environment(checked)) as run:
        for written in chosen:
            results.append(run(written))
            if shown and not results[-1].passed:
                _show(results[-1])
    return results


def _show(result: Result) -> None:
    from rich.text import Text

    written = result.written
    title = Text.assemble(("✗ ", "red"), (written.test.test, "bold"), (f"  {written.file}:{written.line}", "dim"))
    screen().print(title, soft_wrap=True)
    for failure in result.failures:
        for line, tone in failure.lines():
            screen().print(Text(f"    {line}", style=TONES[tone]), soft_wrap=True)
    screen().print()


def _summary(found: RuleTests, results: Iterable[Result], seconds: float) -> None:
    passed = Counter(result.passed for result in results)
    if not passed and not found.problems:
        screen().print("There are no rule tests yet: write one into rules/tests/, as docs/rule-tests.md shows.")
    else:
        said = f"{counted(passed[True], 'test')} passed" + (f", {passed[False]} failed" if passed[False] else "")
        screen().print(f"{said} in {seconds:.1f} s.", style="red" if passed[False] else "green")
    if found.untested:
        notices().print(f"Without a test: {', '.join(found.untested)}.", style="dim", soft_wrap=True)


def _plain(result: Result) -> dict[str, object]:
    written = result.written
    about = {"test": written.test.test, "rules": written.test.rule, "file": written.file, "line": written.line}
    return about | {"passed": result.passed, "failures": result.failures, "seconds": round(result.seconds, 4)}
