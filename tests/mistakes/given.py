"""A project with one thing wrong, a command on it, and proof that nothing was half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from firstwin.cli.main import cli

Spoil = Callable[[Path], object]


def told(folder: Path, *arguments: str) -> str:
    """What a command says that must end with exit code 2: in sentences, with no traceback, and with nothing written."""
    before = rows(folder)
    done = CliRunner().invoke(cli, ["-p", str(folder), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert rows(folder) == before
    return done.output


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table has; of no database none."""
    file = folder / "firstwin.db"
    if not file.exists():
        return {}
    with sqlite3.connect(file) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    connection.close()
    return {name: count for name, count in found.items() if count and name != "alembic_version"}


def written(name: str, content: str | bytes) -> Spoil:
    return lambda folder: (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def added(name: str, content: str | bytes) -> Spoil:
    more = content if isinstance(content, bytes) else content.encode()
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + more)


def replaced(name: str, old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return spoil
