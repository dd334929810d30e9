"""`make real`: eighteen months of a real shop through the whole program, against an independent count."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from secrets import token_hex
from time import perf_counter

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from examples.cdnow.counted import came_not_back

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).parent / "cdnow.jsonl.gz"
RULE = "bought-once-not-back"
BEGIN, END = datetime(1997, 1, 1, tzinfo=UTC), datetime(1998, 7, 1, tzinfo=UTC)
REPLAY = ["tick", "--from", f"{BEGIN:%Y-%m-%d}", "--to", f"{END:%Y-%m-%d}", "--every", "1d", "--send"]


class Mailbox:
    """A real SMTP server that remembers who got how many mails, and of what key."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.keys: Counter[str] = Counter()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content or b""
        mail = message_from_bytes(content if isinstance(content, bytes) else content.encode())
        self.received.update(address.split("@")[0].removeprefix("customer") for address in envelope.rcpt_tos)
        self.keys[mail["Message-ID"]] += 1
        return "250 taken"


def project(folder: Path, port: int) -> None:
    """The shipped rule and its template, and a mail sender."""
    for part in ("rules", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    for rule in (folder / "rules").glob("*.yaml"):
        if rule.stem != RULE:
            rule.unlink()
    (folder / "firstwin.yaml").write_text(
        f"name: CDNOW\nlink: https://shop.example.com\npostal_address: 1 Example Street\ndaily_cap: 100000\n"
        f"mail: {{sender: mail, from: CDNOW <shop@example.com>}}\n"
        f"senders: {{mail: {{type: smtp, host: 127.0.0.1, port: {port}}}}}\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--file", type=Path, default=FILE)
    chosen = parser.parse_args()
    expected = came_not_back(chosen.file, BEGIN, END)
    print(f"Counted in plain Python: {len(expected):,} customers bought once and were not back after eight weeks.")
    return max(_on(kind, chosen.file, expected) for kind in chosen.databases)


def _on(kind: str, file: Path, expected: set[str]) -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firstwin-real-")))
        mailbox = Mailbox()
        server = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
        server.start()
        stack.callback(server.stop)
        project(folder, server.port)
        environment = stack.enter_context(_servers(kind, folder))
        return _run(kind, file, environment, mailbox, expected)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _servers(kind: str, folder: Path) -> Iterator[Mapping[str, str]]:
    """The settings of the program; with PostgreSQL also two workers, two beats and Valkey, at work all the while."""
    settings = {**os.environ, "FIRSTWIN_PROJECT": str(folder), "COLUMNS": "120"}
    settings |= {"FIRSTWIN_SECRET": token_hex(32), "FIRSTWIN_PUBLIC_URL": "https://nudges.example.com"}
    if kind == "sqlite":
        yield {**settings, "FIRSTWIN_DATABASE_URL": f"sqlite:///{folder / 'firstwin.db'}", "FIRSTWIN_BROKER_URL": ""}
        return
    from tests.servers.postgres import postgres
    from tests.servers.valkey import valkey

    with postgres({"autovacuum": "on", "autovacuum_naptime": "10s"}) as database, valkey() as broker:
        settings |= {"FIRSTWIN_DATABASE_URL": database, "FIRSTWIN_BROKER_URL": broker}
        _firstwin(["migrate"], settings)
        running = [_start(["worker"], settings), _start(["worker"], settings), _start(["beat"], settings)]
        running.append(_start(["beat"], settings))
        try:
            yield settings
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            codes = [process.wait(timeout=60) for process in running]
            print(f"  workers and beats ended with {codes}")


def _start(arguments: list[str], settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "firstwin", *arguments]
    return subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _firstwin(arguments: list[str], settings: Mapping[str, str]) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-m", "firstwin", *arguments], env=settings, check=True, cwd=ROOT)
    return perf_counter() - began


def _run(kind: str, file: Path, settings: Mapping[str, str], mailbox: Mailbox, expected: set[str]) -> int:
    print(f"\n{kind}{' with two workers, two beats and Valkey' if kind == 'postgresql' else ''}:")
    imported = _firstwin(["import", "--history", str(file)], settings)
    ticked = _firstwin(REPLAY, settings)
    first = Counter(mailbox.received)
    again = _firstwin(REPLAY, settings)
    after_again = sum(mailbox.received.values())
    _firstwin(["import", "--history", str(file)], settings)
    _firstwin(REPLAY, settings)
    checks = {
        f"mailed {len(first):,} customers, as counted": set(first) == expected,
        "each of them once": set(first.values()) <= {1} and set(mailbox.keys.values()) <= {1},
        "the same again sent nothing": after_again == sum(first.values()),
        "importing the file again changed nothing": sum(mailbox.received.values()) == after_again,
    }
    for what, holds in checks.items():
        print(f"  {'ok ' if holds else 'NOT'} {what}")
    print(f"  import {imported:.1f} s, replay with {sum(first.values()):,} mails {ticked:.1f} s, again {again:.1f} s")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
