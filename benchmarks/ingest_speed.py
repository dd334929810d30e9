"""How many messages a second come in over HTTP, beside the same messages stored without HTTP, in the same run.

    python -m benchmarks.ingest_speed [--databases postgresql] [--seconds 5] [--rounds 5]

A real `firstwin web` with all of its processes; this process makes the load, on the same machine. 10,000 people of 5,000
accounts are known; each message is a track of one of them. `single`: one message a request, 128 connections. `batches`: 100
messages a request, 32 connections. Every answer must be a 200, and in the end each message must stand in the database once.
The reference stores the same kind of messages by `ingest`, 2,000 in a transaction, in this process. Times are in
milliseconds; `cpu` says how much of one core the web processes used. The median of the rounds counts, as a machine that is
shared has better and worse moments; the least and the most stand beside it. Durable settings.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from benchmarks.import_speed import empty
from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.facts.write_keys import make_key
from firstwin.settings import Settings
from firstwin.tools.new_project import new_project
from firstwin.web.siblings import processes

PEOPLE = 10_000
TOGETHER = 2_000
PORT = 8765
NUMBERS = count()


def message() -> dict[str, object]:
    number = next(NUMBERS)
    return {
        "type": "track",
        "messageId": f"bench-{number:012}",
        "userId": f"p{number * 7919 % PEOPLE}",
        "event": ("opened", "clicked", "saved", "report_sent")[number % 4],
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": {"plan": "pro", "seats": number % 50, "path": "/reports/quarterly", "took_ms": number % 997},
        "context": {"library": {"name": "analytics-python", "version": "2.3.4"}},
    }


def post(path: str, key: str, body: bytes) -> bytes:
    user = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {user}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True)
class Way:
    """So many messages a request over so many connections; more than ``most`` a second would find nothing ready."""

    size: int
    connections: int
    most: int


WAYS = {"single": Way(1, 128, 5_000), "batches": Way(100, 32, 30_000)}


@dataclass
class Load:
    """What came of it: when each request was answered, and after how long."""

    messages: int = 0
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    def after(self, share: float) -> float:
        """Milliseconds after which this share of the requests had their answer."""
        return sorted(self.times)[int(len(self.times) * share)] * 1000


def requests(key: str, size: int, messages: int) -> Iterator[bytes]:
    """Made before the clock runs: a product's own work is no part of what is measured."""
    path = "/v1/batch" if size > 1 else "/v1/track"
    for _ in range(messages // size):
        batch = [message() for _ in range(size)]
        said = {"batch": batch, "sentAt": datetime.now(UTC).isoformat()} if size > 1 else batch[0]
        yield post(path, key, orjson.dumps(said))


async def load(ready: list[bytes], *, size: int, connections: int, seconds: float) -> Load:
    found, began = Load(), time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Sender(found, ready, size, began + seconds), "127.0.0.1", PORT)
        for _ in range(connections)
    ]
    await asyncio.gather(*(sender.done for _, sender in made))
    found.seconds = time.perf_counter() - began
    return found


class Sender(asyncio.Protocol):
    """One connection: a request, its answer, the next one. It costs little, as it shares the machine with what is measured."""

    def __init__(self, found: Load, ready: list[bytes], size: int, until: float) -> None:
        self.found, self.ready, self.size, self.until = found, ready, size, until
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.send()

    def send(self) -> None:
        self.began = time.perf_counter()
        if self.ready and self.began < self.until:
            self.transport.write(self.ready.pop())
        else:
            self.transport.close()
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.partition(b"content-length: ")[2].partition(b"\r")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200") or b"rejected" in body:
            self.done.set_exception(SystemExit(f"an answer that is none: {self.answer.decode()}"))
            return
        self.found.times.append(time.perf_counter() - self.began)
        self.found.messages += self.size
        self.answer = b""
        self.send()


def reference(engine: Engine, seconds: float) -> float:
    """Messages a second without HTTP."""
    stored, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        with write(engine) as connection:
            ingest(connection, [_parsed() for _ in range(TOGETHER)], received_at=clock(connection), source="bare")
        stored += TOGETHER
    return stored / (time.perf_counter() - began)


def _parsed() -> Message:
    found = parse(orjson.dumps(message()), None)
    if not isinstance(found, Message):
        raise TypeError(found)
    return found


def know_people(engine: Engine) -> None:
    lines = [
        {"type": "group", "messageId": f"g{n}", "userId": f"p{n}", "groupId": f"a{n // 2}", "traits": {"mrr": n % 2000}, "timestamp": "2026-01-01T00:00:00Z"}
        for n in range(PEOPLE)
    ]  # fmt: skip
    for start in range(0, PEOPLE, TOGETHER):
        found = [parse(orjson.dumps(line), None) for line in lines[start : start + TOGETHER]]
        with write(engine) as connection:
            ingest(connection, [m for m in found if isinstance(m, Message)], received_at=clock(connection))


@contextmanager
def web(engine: Engine) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory(prefix="firstwin-bench-") as folder:
        new_project(Path(folder))
        own = {
            "FIRSTWIN_DATABASE_URL": engine.url.render_as_string(hide_password=False), "FIRSTWIN_WEB_PORT": str(PORT),
            "FIRSTWIN_PROJECT": folder, "FIRSTWIN_SECRET": "x" * 32, "FIRSTWIN_INGEST_RATE": "1000000",
            "FIRSTWIN_PUBLIC_URL": "http://localhost:8000",
        }  # fmt: skip
        process = subprocess.Popen([sys.executable, "-m", "firstwin", "web"], env={**os.environ, **own})
        try:
            _wait_for(_expected(engine))
            yield process
        finally:
            process.terminate()
            process.wait()


def _expected(engine: Engine) -> int:
    return processes(Settings(database_url=engine.url.render_as_string(hide_password=False)))


def _wait_for(processes: int) -> None:
    """Each listens on the port; connections are handed to those that do when they are made."""
    for _ in range(200):
        if _listening() == processes:
            return
        time.sleep(0.1)
    raise SystemExit("firstwin web does not answer")


def _listening() -> int:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(line[1].endswith(f":{PORT:04X}") and line[3] == "0A" for line in lines)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and those that it started have used (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_cpu_of(one) for one in (str(pid), *children))


def _cpu_of(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(engine: Engine, kind: str, seconds: float, rounds: int) -> None:
    """Each way in turn, round after round: what the machine does meanwhile concerns them alike."""
    know_people(engine)
    with write(engine) as connection:
        key = make_key(connection, "bench", who="bench", at=clock(connection))
    loads: dict[str, list[Load]] = {name: [] for name in WAYS}
    bare: list[float] = []
    with web(engine) as process:
        for _ in range(rounds):
            for name, way in WAYS.items():
                loads[name].append(_under_load(process.pid, key, way, seconds))
            bare.append(reference(engine, seconds))
    for name, found in loads.items():
        print(f"{kind:11} {name:8} {_rates([load.rate for load in found])}   {_patience(found)}")
    print(f"{kind:11} bare     {_rates(bare)}", flush=True)
    sent = sum(load.messages for found in loads.values() for load in found)
    with read(engine) as connection:
        stored = connection.execute(select(func.count()).where(tables.event.c.source == "bench")).scalar_one()
    if stored != sent:
        raise SystemExit(f"{sent:,} messages were sent, and {stored:,} are stored")


def _under_load(pid: int, key: str, way: Way, seconds: float) -> Load:
    ready = list(requests(key, way.size, round(way.most * seconds)))
    before = cpu_of(pid)
    found = asyncio.run(load(ready, size=way.size, connections=way.connections, seconds=seconds))
    found.cpu = (cpu_of(pid) - before) / found.seconds
    return found


def _rates(rates: list[float]) -> str:
    return f"{median(rates):9,.0f} messages/s ({min(rates):,.0f} to {max(rates):,.0f})"


def _patience(found: list[Load]) -> str:
    half, most = (median([load.after(share) for load in found]) for share in (0.5, 0.99))
    return f"p50 {half:6.1f}   p99 {most:6.1f}   cpu {median([load.cpu for load in found]):4.0%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with empty(kind) as engine:
            measure(engine, kind, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    main()
