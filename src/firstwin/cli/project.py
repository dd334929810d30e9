"""`firstwin init`, `check`, `say`, `migrate` and `version`: the project itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import MISTAKE, counted, fail, notices, print_json, screen
from firstwin.cli.opening import answering, configured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstwin.rules.problems import Problem
    from firstwin.tools.check import Checked


def init(
    folder: Annotated[Path, typer.Argument(help="Where; it need not exist.", show_default="this folder")] = Path(),
) -> None:
    """Make a working project in a folder: rules with their tests, templates and firstwin.yaml. Nothing that is there is overwritten."""
    from firstwin.tools.new_project import ENV, new_project

    try:
        done = new_project(folder)
    except OSError as error:
        fail(f"{folder} can't be made into a project: {error.strerror}. Name a folder that you may write to.")
    for path in done.written:
        screen().print(f"  {path}")
    screen().print(f"{counted(len(done.written), 'file')} written to {folder.resolve()}.", style="bold", soft_wrap=True)
    if done.kept:
        screen().print(f"{counted(len(done.kept), 'file')} stood there already, and stayed as before.")
    change = f"cd {folder} && " if folder != Path() else ""
    screen().print(
        f"Next: put your own in firstwin.yaml, then `{change}firstwin check` and `firstwin up`.", soft_wrap=True
    )
    if ENV in done.written:
        screen().print(
            "A secret was made for you in .env. Put there also where customers will reach you: FIRSTWIN_PUBLIC_URL.",
            soft_wrap=True,
        )


def check(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Tell every mistake of the project at once: in firstwin.yaml, rules, their tests and templates. Exit code 2 if there is one."""
    from firstwin.outbox.way_out import WayOut
    from firstwin.rules.problems import errors
    from firstwin.settings import placeholders
    from firstwin.tools import sending
    from firstwin.tools.against_data import against_data
    from firstwin.tools.check import check as check_files
    from firstwin.tools.ruletests.files import rule_tests
    from firstwin.tools.slips import slips

    settings = configured(ctx)
    found = check_files(settings.project, placeholders(settings))
    tests = rule_tests(settings.project, found)
    with answering():
        problems = against_data(settings.database, found, slips(found.library, tests.tests))
    problems += [*tests.problems, *sending.problems(found.library.rules, WayOut(settings.secrets, settings.public_url))]
    mistakes = len(errors(problems))
    if as_json:
        print_json([vars(problem) for problem in problems])
    else:
        tell(problems)
        warnings = len(problems) - mistakes
        counts = (counted(len(found.library.rules), "rule"), counted(mistakes, "mistake"), counted(warnings, "warning"))
        screen().print(f"{', '.join(counts)}.", style="red" if mistakes else "green")
    raise typer.Exit(MISTAKE if mistakes else 0)


def say(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(help="The name of its file, without `.yaml`; or of a segment.")],
) -> None:
    """Read a rule aloud, as one English sentence with every default written out; or a segment, or all `segments`."""
    from firstwin.rules.problems import did_you_mean
    from firstwin.rules.say import say as say_rule
    from firstwin.settings import placeholders
    from firstwin.tools.check import check as check_files

    settings = configured(ctx)
    found = check_files(settings.project, placeholders(settings))
    name = Path(rule).stem
    asked = found.library.rule(name)
    if asked is None and (segments := _segments(found, name)):
        screen().print("\n\n".join(segments))
        return
    if asked is None:
        tell(problem for problem in found.errors if Path(problem.file).stem == name)
        fail(f"There is no rule {name}. {did_you_mean(name, [*found.library.files, *found.library.segments])}".rstrip())
    screen().print(say_rule(asked, found.project))


def _segments(found: Checked, name: str) -> list[str]:
    """The one of that name read aloud, or all of them; none where the file holds a mistake."""
    from firstwin.rules.say_segment import say_segment
    from firstwin.rules.walk import asked_segments

    asking = {
        one: [rule.id for rule in found.library.rules if one in asked_segments(rule)] for one in found.library.segments
    }
    labels = found.project.labels if found.project else {}
    wanted = found.library.segments if name == "segments" else [name] if name in found.library.segments else []
    return [say_segment(found.library.segments[one], asking[one], labels) for one in wanted]


def schema() -> None:
    """Print the JSON schema of rule files, for completion in editors: `firstwin schema > rule.schema.json`."""
    from firstwin.rules.schema import written

    print(written(), end="")  # noqa: T201 - a file, and no text to be wrapped


def migrate(ctx: typer.Context) -> None:
    """Bring the database to the tables of this version. Does nothing if it has them."""
    from firstwin.tools.database import migrate as bring

    settings = configured(ctx)
    with answering():
        changed = bring(settings.database)
    screen().print(f"The database {'now has' if changed else 'has'} the tables of this version.")


def tell(problems: Iterable[Problem]) -> None:
    """Mistakes are red and come last, where the eye falls first."""
    from rich.text import Text

    for problem in sorted(problems, key=lambda problem: problem.severity == "error"):
        place, _, rest = str(problem).partition(" ")
        told = Text.assemble((place, "bold"), " ", (rest, "red" if problem.severity == "error" else "yellow"))
        notices().print(told, soft_wrap=True)


def version() -> None:
    """Show the version."""
    from importlib.metadata import version as installed

    screen().print(installed("firstwin"))
