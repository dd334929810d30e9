"""How many messages a second are imported, beside the bare rows that they become, in the same run.

    python -m benchmarks.import_speed [--databases sqlite postgresql] [--rounds 3] [--profile]

Imports the 116,799 messages of `examples/cdnow` as `firstwin import --history` does, and then the same file again. The bare
rows are the facts that came of it, put into an empty database with the same tables by `executemany` (SQLite) or `COPY`
(PostgreSQL), in as many transactions: what the import takes beyond that is reading, checking, and knowing each customer.
Durable settings on both. The best of the rounds counts; `cpu` is this process alone.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Engine, Text, cast, select

from firstwin.db import tables
from firstwin.db.bulk import append
from firstwin.db.engine import open_database, read, write
from firstwin.db.migrate import upgrade
from firstwin.facts.batch import COLUMNS
from firstwin.facts.importing import Imported, Terms, import_files
from firstwin.facts.moments import microseconds
from firstwin.facts.rejects import Bad
from firstwin.facts.storing import MOST_ROWS
from tests.servers.postgres import postgres

FILE = Path(__file__).parents[1] / "examples" / "cdnow" / "cdnow.jsonl.gz"
DURABLE = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit", "autovacuum"), "on") | {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
}
"""PostgreSQL as a machine of its own would have it, in place of what many small databases of tests share one with."""
TIMES = ("value_at", "occurred_at", "received_at", "known_at")


class Nobody:
    """Nobody looks on."""

    def begins(self, file: Path) -> None:
        pass

    def reached(self, place: int, done: Imported) -> None:
        pass

    def refused(self, bad: Bad) -> None:
        print(bad)


@dataclass(frozen=True)
class Round:
    """Seconds: of the clock, and of this process's own work."""

    first: float
    cpu: float
    again: float
    bare: float
    messages: int
    facts: int


def measure(kind: str, *, profiled: bool = False) -> Round:
    with empty(kind) as engine:
        before, cpu = perf_counter(), process_time()
        with profile(profiled):
            done = import_files(engine, [FILE], Terms(history=True), Nobody())
        first, cpu = perf_counter() - before, process_time() - cpu
        before = perf_counter()
        import_files(engine, [FILE], Terms(history=True), Nobody())
        again = perf_counter() - before
        rows = stored(engine)
    with empty(kind) as engine:
        bare = put_bare(engine, rows)
    return Round(first, cpu, again, bare, done.messages, len(rows))


def stored(engine: Engine) -> list[tuple[Any, ...]]:
    """The facts, as `append` takes them."""
    columns = [cast(c, Text) if c.name == "props" else c for c in (tables.event.c[name] for name in COLUMNS)]
    instants = [place for place, name in enumerate(COLUMNS) if name in TIMES]
    with read(engine) as connection:
        found = [list(row) for row in connection.execute(select(*columns).order_by(tables.event.c.seq))]
    for row in found:
        for place in instants:
            row[place] = row[place] and microseconds(row[place])
    return [tuple(row) for row in found]


def put_bare(engine: Engine, rows: Sequence[tuple[Any, ...]]) -> float:
    before = perf_counter()
    for start in range(0, len(rows), MOST_ROWS):
        with write(engine) as connection:
            append(connection, tables.event, COLUMNS, rows[start : start + MOST_ROWS])
    return perf_counter() - before


@contextmanager
def empty(kind: str) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="firstwin-bench-") as folder:
        if kind == "sqlite":
            yield from _migrated(f"sqlite:///{Path(folder) / 'bench.db'}")
        else:
            with postgres(DURABLE) as url:
                yield from _migrated(url)


def _migrated(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@contextmanager
def profile(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    with cProfile.Profile() as found:
        yield
    pstats.Stats(found).sort_stats("tottime").print_stats(25)


def report(kind: str, best: Round) -> None:
    rate = best.messages / best.first
    print(f"{kind:11}{rate:12,.0f}{best.messages / best.again:12,.0f}{best.messages / best.cpu:12,.0f}", end="")
    print(f"{best.facts / best.first:12,.0f}{best.facts / best.bare:12,.0f}{best.first / best.bare:10.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    print(f"{'':11}{'messages/s':>12}{'again/s':>12}{'per cpu s':>12}{'facts/s':>12}{'bare rows/s':>12}{'times':>10}")
    for kind in chosen.databases:
        rounds = [measure(kind, profiled=chosen.profile) for _ in range(chosen.rounds)]
        report(kind, min(rounds, key=lambda one: one.first))


if __name__ == "__main__":
    main()
