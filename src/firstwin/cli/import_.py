"""`firstwin import`: messages of the Segment spec from files, or from a stream."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import MISTAKE, fail, notices, print_json, print_table
from firstwin.cli.opening import opened_for_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstwin.facts.importing import Imported

INTERRUPTED = 130


def import_(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="JSON lines, plain or .gz; `-` follows the standard input until its end.",
            show_default=False,
        ),
    ],
    history: Annotated[
        bool, typer.Option("--history", help="This is the past: known since it happened, and nudging nobody.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Take it as news, however old, though the rules are running.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary for programs.")] = False,
) -> None:
    """Take messages (identify, group, track, alias, page, screen). Each messageId is taken once, whatever is repeated.

    Bad lines are told with file and line, and kept beside the file in NAME.rejects.jsonl; they stop nothing, and the exit
    code is 0 with them. It is 2 if a file could not be read to its end or the import was refused, and 130 after Ctrl-C.
    """
    if history and live:
        fail("--history and --live contradict each other: choose one.")
    missing = [str(file) for file in files if str(file) != "-" and not file.is_file()]
    if missing:
        fail(f"There is no file {', '.join(missing)}.")
    done = _import(ctx, files, history=history, live=live)
    if as_json:
        print_json({**vars(done), "rate": _rate(done)})
    else:
        _tell(done)
    raise typer.Exit(INTERRUPTED if done.stopped else MISTAKE if done.trouble else 0)


def _import(ctx: typer.Context, files: Sequence[Path], *, history: bool, live: bool) -> Imported:
    """A mistake in a rule stops no import; the project file must be right, for it says the time zone."""
    from firstwin.cli.watching import Watching
    from firstwin.facts.importing import Terms, import_files

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with opened_for_facts(ctx) as (engine, project), Watching() as watching:
        return import_files(engine, files, Terms(history, live, project.zone), watching)


def _tell(done: Imported) -> None:
    rows = [(f"{done.messages:,}", f"{done.new:,}", f"{done.repeated:,}", f"{done.bad:,}", f"{_rate(done):,}")]
    columns = ("messages", "new", "taken before", "bad", "per second")
    print_table("Imported", columns, rows, right=columns)
    for sentence in _sentences(done):
        notices().print(sentence, style="yellow", soft_wrap=True)


def _sentences(done: Imported) -> Iterator[str]:
    if done.rejects:
        yield f"The bad lines are kept, with the reasons, in {', '.join(map(str, done.rejects))}."
    if done.unplaced:
        yield f"{done.unplaced:,} events belong to no account so far: their person is in none, or in several."
    if done.stopped:
        yield (
            f"Stopped. {done.new + done.repeated:,} messages are stored; the same command goes on, and takes none twice."
        )
    yield from done.trouble


def _rate(done: Imported) -> int:
    return round(done.messages / done.seconds) if done.seconds else 0
