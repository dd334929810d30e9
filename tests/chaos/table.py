"""The table: told row by row while it is measured, printed at the end, and kept in README.md."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.chaos.figures import Found, told
from tests.chaos.rows.every import ROWS
from tests.chaos.runner import Job, Results, Tell

README: Final = Path(__file__).parents[2] / "README.md"
OPENING, CLOSING = "<!-- chaos -->\n", "<!-- /chaos -->"
NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOT_YET: Final = "not measured yet"


@contextmanager
def telling(*, quiet: bool) -> Iterator[Tell]:
    """A line for each row when it is done; on a terminal also what is going on."""
    began = time.monotonic()
    running: list[Job] = []

    def tell(job: Job, found: Found | None) -> None:
        if found is None:
            running.append(job)
        else:
            running.remove(job)
            _line(job, found)
        if sys.stderr.isatty():
            now = ", ".join(f"{each.row.name} ({NAMES[each.database]})" for each in running)
            sys.stderr.write(f"\r\x1b[K{time.monotonic() - began:5.0f} s  {now}"[:160])
            sys.stderr.flush()

    def _line(job: Job, found: Found) -> None:
        if quiet:
            return
        mark = "✓" if found.is_good else "✗"
        clear = "\r\x1b[K" if sys.stderr.isatty() else ""
        sys.stderr.write(
            f"{clear}{mark} {job.row.name} ({NAMES[job.database]}, {found.seconds:.0f} s): {told(found.figures)}\n"
        )
        for missed in found.missed:
            sys.stderr.write(f"    missed: {missed}\n")
        if found.trouble:
            sys.stderr.write("    " + found.trouble.replace("\n", "\n    ") + "\n")
        sys.stderr.flush()

    yield tell


def lines(results: Results) -> Iterator[str]:
    """As Markdown."""
    yield f"| {'test'} | database | must hold | measured |"
    yield "|---|---|---|---|"
    for job, found in sorted(results.items(), key=lambda one: _place(one[0])):
        yield f"| {job.row.title} | {NAMES[job.database]} | {_limits(found)} | {_measured(found)} |"


def as_json(results: Results) -> list[dict[str, Any]]:
    return [
        {
            "row": job.row.name,
            "database": job.database,
            "seed": job.scope.seed,
            "figures": dict(found.figures),
            "must_hold": [str(limit) for limit in found.limits],
            "missed": list(found.missed),
            "trouble": found.trouble,
            "seconds": round(found.seconds, 1),
        }
        for job, found in sorted(results.items(), key=lambda one: _place(one[0]))
    ]


def write_readme(results: Results) -> None:
    """Rows that were not measured this time keep the lines that they have."""
    text = README.read_text()
    before, opening, rest = text.partition(OPENING)
    old, closing, after = rest.partition(CLOSING)
    if not opening or not closing:
        msg = f"README.md has no {OPENING.strip()} … {CLOSING}"
        raise RuntimeError(msg)
    README.write_text(before + opening + "\n".join([*_merged(old, results), ""]) + closing + after)


def _merged(old: str, results: Results) -> Iterator[str]:
    new = [line for line in lines(results) if line.startswith("| ")][1:]
    known = {_head(line): line for line in [*old.splitlines(), *new] if _head(line)}
    yield f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine()}, waiting times 1:10."
    yield ""
    yield "| test | database | must hold | measured |"
    yield "|---|---|---|---|"
    for row in ROWS:
        for database in row.databases if row.size != "short" else ():
            head = (row.title, NAMES[database])
            yield known.get(head, f"| {row.title} | {NAMES[database]} | | {NOT_YET} |")


def machine() -> str:
    """As far as it says what figures depend on."""
    found = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    processor = found.group(1).strip() if found else platform.machine()
    memory = re.search(r"^MemTotal:\s+(\d+) kB", _read("/proc/meminfo"), re.MULTILINE)
    gigabytes = f", {int(memory.group(1)) / 2**20:.0f} GB" if memory else ""
    return f"{os.cpu_count()} cores ({processor}){gigabytes}, {platform.system()}, Python {platform.python_version()}"


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def _head(line: str) -> tuple[str, str] | None:
    cells = [cell.strip() for cell in line.split("|")]
    return (cells[1], cells[2]) if len(cells) > 4 and cells[2] in NAMES.values() else None


def _place(job: Job) -> tuple[int, str, int]:
    return [row.name for row in ROWS].index(job.row.name), job.database, job.scope.seed


def _limits(found: Found) -> str:
    """The zeros together."""
    zeros = [limit.figure for limit in found.limits if limit.comparison == "is" and limit.bound == 0]
    others = [str(limit) for limit in found.limits if not (limit.comparison == "is" and limit.bound == 0)]
    return ", ".join([f"0 {', '.join(zeros)}"] * bool(zeros) + others)


def _measured(found: Found) -> str:
    if found.trouble:
        return "**could not be measured**"
    missed = f" **missed: {', '.join(found.missed)}**" if found.missed else ""
    return told(found.figures) + missed
