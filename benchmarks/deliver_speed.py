"""How many deliveries a second are made, from the claim to the settled row, and who uses the CPU meanwhile.

    python -m benchmarks.deliver_speed [--deliveries 4000] [--databases sqlite postgresql] [--rounds 3] [--ways …]

Each message is rendered for itself, about 10 KB, and goes to a server in another process on the same machine; gates are
asked in the database after the claim and again at the wire, as ever. The ways, in turn, round after round:

    webhook       one process, to a server that answers at once
    two           two processes, to the same
    wide          one process, to the same, with `max_in_flight: 128`
    slow          one process, to a server that takes 50 ms for each answer
    slow-wide     the same with `max_in_flight: 128`
    task          to the first server, by one Celery task for each delivery (benchmarks/deliver_celery.py), over a real Valkey
    mail          one process, through SMTP connections that are kept
    one-each      the same, with a connection for each mail

The median of the rounds counts; the least and the most stand beside it. CPU is in milliseconds for each delivery, of the
workers, of the server they deliver to, and of PostgreSQL. Durable settings.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

from benchmarks.deliver_celery import app as celery
from benchmarks.deliveries import WAYS, empty, fill, rule_for, states
from benchmarks.import_speed import DURABLE
from benchmarks.sinks import sink
from sqlalchemy import Engine, exists, or_, select

from firstwin.db import tables
from firstwin.db.engine import open_database, read
from firstwin.db.migrate import upgrade
from firstwin.outbox.rows import IS_TAKEN, IS_WAITING
from tests.servers.postgres import postgres
from tests.servers.valkey import valkey

TICK = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 300


@dataclass(frozen=True)
class Way:
    """What goes out, to which server that takes how long, and by how many processes."""

    message: str
    server: str
    seconds: float = 0
    processes: int = 1
    how: tuple[str, ...] = ()


BY_TASK = "task"
ALL = {
    "webhook": Way("webhook", "web"),
    "two": Way("webhook", "web", processes=2),
    "wide": Way("webhook", "web", how=("--max-in-flight=128",)),
    "slow": Way("webhook", "web", seconds=0.05),
    "slow-wide": Way("webhook", "web", seconds=0.05, how=("--max-in-flight=128",)),
    BY_TASK: Way("webhook", "web"),
    "mail": Way("mail", "mail"),
    "one-each": Way("mail", "mail", how=("--one-each",)),
}


@dataclass(frozen=True)
class Measured:
    """Deliveries a second, and milliseconds of CPU for each: of the workers, the server and PostgreSQL."""

    rate: float
    workers: float
    server: float
    database: float


def measure(engine: Engine, name: str, way: Way, count: int, broker: str) -> Measured:
    empty(engine)
    fill(engine, rule_for(WAYS[way.message]), count)
    with ExitStack() as stack:
        port, server = stack.enter_context(sink(way.server, way.seconds))
        start = _by_task if name == BY_TASK else _by_workers
        workers, begin = start(stack, engine, way, port, broker)
        others = [cpu_of(server), cpu_of_database(engine)]
        used = sum(map(cpu_of_family, workers))
        began = time.perf_counter()
        begin()
        seconds = _until_done(engine) - began
        each = 1000 / count
        found = Measured(
            count / seconds,
            (sum(map(cpu_of_family, workers)) - used) * each,
            (cpu_of(server) - others[0]) * each,
            (cpu_of_database(engine) - others[1]) * each,
        )
    if states(engine) != {"delivered": count}:
        raise SystemExit(f"{name}: {states(engine)}")
    return found


def _by_workers(
    stack: ExitStack, engine: Engine, way: Way, port: int, _broker: str
) -> tuple[list[int], Callable[[], None]]:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "benchmarks.deliver_worker", url, way.message, str(port), *way.how]
    made = [
        stack.enter_context(_running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        for _ in range(way.processes)
    ]
    for process in made:
        _pipe(process.stdout).readline()

    def begin() -> None:
        for process in made:
            _pipe(process.stdin).write(b"\n")
            _pipe(process.stdin).flush()

    return [process.pid for process in made], begin


def _by_task(
    stack: ExitStack, engine: Engine, _way: Way, port: int, broker: str
) -> tuple[list[int], Callable[[], None]]:
    own = {
        "BENCH_BROKER": broker,
        "BENCH_DATABASE": engine.url.render_as_string(hide_password=False),
        "BENCH_URL": f"http://127.0.0.1:{port}/",
    }
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "benchmarks.deliver_celery", "worker", "--concurrency=2", "--loglevel=ERROR", "--without-gossip", "--without-mingle"]  # fmt: skip
    process = stack.enter_context(
        _running(command, stdout=subprocess.DEVNULL, env={**os.environ, **own, "C_FORCE_ROOT": "1"})
    )
    with read(engine) as connection:
        ids = connection.scalars(select(tables.delivery.c.id)).all()
    celery.conf.broker_url = broker
    _wait_until(lambda: bool(celery.control.ping(timeout=0.5)))

    def begin() -> None:
        with celery.producer_pool.acquire(block=True) as producer:
            for id_ in ids:
                celery.send_task("deliver", (id_,), producer=producer)

    return [process.pid], begin


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise TypeError("no pipe")
    return end


@contextmanager
def _running(command: list[str], **how: object) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, **how) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def _until_done(engine: Engine) -> float:
    """The moment at which the last one was settled, as nearly as looking at it now and then can tell."""
    _wait_until(lambda: _is_done(engine), 0.05)
    return time.perf_counter()


def _is_done(engine: Engine) -> bool:
    """Asked of small indexes: counting the deliveries would take a tenth of the database's time.

    In one statement: between two, what waits may be taken.
    """
    with read(engine) as connection:
        return not connection.execute(_LEFT).scalar_one()


_LEFT = select(or_(*(exists(select(tables.delivery.c.id).where(some)) for some in (IS_TAKEN, IS_WAITING))))


def _wait_until(done: Callable[[], bool], every: float = 0.1) -> None:
    until = time.perf_counter() + PATIENCE_S
    while not done():
        if time.perf_counter() > until:
            raise SystemExit("It takes too long.")
        time.sleep(every)


# ---- who uses the CPU (Linux) ---------------------------------------------------------------------------------------


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_of_family(pid: int) -> float:
    """Its own, that of its children, and that of those children that have ended."""
    children = 0.0
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(FileNotFoundError):  # it has just ended
            children += cpu_of(int(child))
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return cpu_of(pid) + children + (int(fields[13]) + int(fields[14])) / TICK


def cpu_of_database(engine: Engine) -> float:
    """None of its own where it works inside of the workers."""
    if engine.dialect.name == "sqlite":
        return 0.0
    with read(engine) as connection:
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
    return cpu_of_family(int((Path(folder) / "postmaster.pid").read_text().split()[0]))


# ---- what is printed ------------------------------------------------------------------------------------------------


def databases(chosen: Sequence[str]) -> Iterator[tuple[str, Engine]]:
    if "sqlite" in chosen:
        with tempfile.TemporaryDirectory() as folder:
            yield "sqlite", open_database(f"sqlite:///{folder}/bench.db")
    if "postgresql" in chosen:
        with postgres(DURABLE) as url:
            yield "postgresql", open_database(url)


def told(database: str, name: str, found: Sequence[Measured]) -> str:
    rates = [each.rate for each in found]
    cpu = (median(each.workers for each in found), median(each.server for each in found), median(each.database for each in found))  # fmt: skip
    spread = f"{min(rates):,.0f} to {max(rates):,.0f}"
    return f"{database:<11} {name:<9}{median(rates):>9,.0f}  {spread:<18}" + "".join(f"{each:>10.3f}" for each in cpu)


def ratios(found: dict[str, list[Measured]]) -> Iterator[str]:
    rate = {name: median(each.rate for each in runs) for name, runs in found.items()}
    for one, other in (("two", "webhook"), ("webhook", BY_TASK), ("mail", "one-each")):
        if one in rate and other in rate:
            yield f"{one} / {other} {rate[one] / rate[other]:.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=4000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--ways", nargs="+", default=list(ALL), choices=list(ALL))
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(arguments)
    print(f"{'':<21}{'deliveries a second':>20}{'CPU ms each: workers':>29}{'server':>10}{'database':>10}")
    with valkey() as broker:
        for database, engine in databases(args.databases):
            upgrade(engine)
            found: defaultdict[str, list[Measured]] = defaultdict(list)
            for _ in range(args.rounds):
                for name in args.ways:
                    found[name].append(measure(engine, name, ALL[name], args.deliveries, broker))
            print("\n".join(told(database, name, runs) for name, runs in found.items()))
            print(f"{database:<11} {', '.join(ratios(found))}", flush=True)
            engine.dispose()


if __name__ == "__main__":
    main()
