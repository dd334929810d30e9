"""`make chaos`: breaks whatever can break, counts what was lost, and ends with 1 where a number is missed."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence

from tests.chaos import table
from tests.chaos.keeper import Keeper
from tests.chaos.rig import DATABASES
from tests.chaos.rows.every import ROWS
from tests.chaos.runner import Results, jobs, run
from tests.chaos.scope import Scope, Size

SEED = 20_260_601
SEEDS_OF_FULL = 3
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parsed(arguments)
    size: Size = "short" if chosen.short else "full" if chosen.full else "whole"
    scopes = [Scope(size, SEED + number) for number in range(SEEDS_OF_FULL if chosen.full else 1)]
    rows = [row for row in ROWS if _is_wanted(row.name, chosen.only) and row.belongs_to(scopes[0])]
    with Keeper() as keeper, table.telling(quiet=chosen.json) as tell:
        _ends_at_once(keeper)
        results = run(jobs(rows, chosen.databases, scopes), keeper, tell)
    _report(results, chosen)
    return 0 if all(found.is_good for found in results.values()) else 1


def _ends_at_once(keeper: Keeper) -> None:
    """On Ctrl-C and SIGTERM. Rows that run in threads would go on; what they have started must not."""

    def end(*_: object) -> None:
        keeper.close()
        os._exit(INTERRUPTED)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", action="store_true", help="a part of it in three minutes")
    size.add_argument("--full", action="store_true", help="three seeds and true waiting times: hours")
    parser.add_argument("--databases", nargs="+", default=list(DATABASES), choices=DATABASES)
    parser.add_argument("--only", nargs="+", metavar="ROW", choices=[row.name for row in ROWS])
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md")
    chosen = parser.parse_args(arguments)
    if chosen.write_readme and (chosen.short or chosen.full):
        parser.error("the table in README.md is that of the whole rehearsal: leave out --short and --full")
    return chosen


def _is_wanted(name: str, only: Sequence[str] | None) -> bool:
    return only is None or name in only


def _report(results: Results, chosen: argparse.Namespace) -> None:
    if chosen.json:
        sys.stdout.write(json.dumps(table.as_json(results), indent=2) + "\n")
    else:
        sys.stdout.write("\n" + "\n".join(table.lines(results)) + "\n")
    if chosen.write_readme:
        table.write_readme(results)


if __name__ == "__main__":
    sys.exit(main())
