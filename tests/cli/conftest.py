"""Commands as people run them, in this process and against each database."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from firstwin.cli.main import cli
from firstwin.demo.inbox import Inbox
from tests.cli.given import Run, make_project


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A mail server and a receiver of alerts."""
    inbox = Inbox(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    inbox.start()
    yield inbox
    inbox.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def sending_folder(tmp_path: Path, inbox: Inbox) -> Path:
    return make_project(tmp_path / "project", inbox)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No setting from the environment of whoever runs the tests; logging and signals are put back afterwards."""
    for name in (
        "PROJECT",
        "DATABASE_URL",
        "BROKER_URL",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "POLL",
        "WORKER_NAME",
        "SECRET",
        "PUBLIC_URL",
        "KILLED_AFTER",
    ):
        monkeypatch.delenv(f"FIRSTWIN_{name}", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    handled = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield monkeypatch
    for number, handler in handled.items():
        signal.signal(number, handler)
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def run(bare: pytest.MonkeyPatch, database_url: str) -> Run:
    """Runs a command against the database of this test."""
    bare.setenv("FIRSTWIN_DATABASE_URL", database_url)
    return _run


@pytest.fixture
def run_alone(bare: pytest.MonkeyPatch) -> Run:
    """Runs a command that needs no database of the test."""
    assert bare is not None
    return _run


def _run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
    result = CliRunner().invoke(cli, arguments, input=typed, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result
