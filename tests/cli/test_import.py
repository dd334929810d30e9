from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import read
from tests.cli.given import Run, signups


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.jsonl"
    path.write_text(signups("blue", "cedar") + "{not json\n")
    return path


def counted(engine: Engine) -> int:
    with read(engine) as connection:
        return connection.execute(select(func.count()).where(tables.event.c.name == "signed_up")).scalar_one()


def test_messages_are_taken_and_bad_lines_are_told(run: Run, folder: Path, facts: Path, engine: Engine) -> None:
    told = run("-p", str(folder), "import", str(facts))
    assert f"{facts}:7 it is not valid JSON" in told.stderr
    assert "facts.rejects.jsonl" in told.stderr.replace("\n", "")
    assert "messages" in told.stdout
    assert counted(engine) == 2


def test_the_summary_is_there_for_programs(run: Run, folder: Path, facts: Path) -> None:
    run("-p", str(folder), "import", "--history", str(facts))
    told = json.loads(run("-p", str(folder), "import", "--history", "--json", str(facts)).stdout)
    assert {key: told[key] for key in ("messages", "new", "repeated", "bad", "stopped")} == {
        "messages": 7, "new": 0, "repeated": 6, "bad": 1, "stopped": False,
    }  # fmt: skip


def test_a_mistake_in_a_rule_stops_no_import(run: Run, folder: Path, facts: Path, engine: Engine) -> None:
    (folder / "rules" / "welcome.yaml").write_text("about: nobody\n")
    run("-p", str(folder), "import", str(facts))
    assert counted(engine) == 2


def test_without_a_project_nobody_knows_the_time_zone(run: Run, tmp_path: Path, facts: Path) -> None:
    assert "firstwin init" in run("-p", str(tmp_path), "import", str(facts), code=2).stderr


def test_a_file_that_is_not_there_is_a_mistake(run: Run, folder: Path, tmp_path: Path) -> None:
    told = run("-p", str(folder), "import", str(tmp_path / "missing.jsonl"), code=2).stderr
    assert "There is no file" in told


def test_the_past_is_not_news(run: Run, folder: Path, facts: Path) -> None:
    assert "choose one" in run("-p", str(folder), "import", "--history", "--live", str(facts), code=2).stderr


def test_a_file_that_ends_too_early_is_a_mistake(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(b"\x1f\x8b\x08")
    assert "can't be read to its end" in run("-p", str(folder), "import", str(tmp_path / "cut.gz"), code=2).stderr


@pytest.mark.slow
@pytest.mark.usefixtures("run")  # sets the environment
@pytest.mark.parametrize(("by", "code"), [(None, 0), (signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_a_stream_is_followed_until_it_ends_or_somebody_stops_it(
    folder: Path, tmp_path: Path, engine: Engine, by: signal.Signals | None, code: int
) -> None:
    command = [sys.executable, "-m", "firstwin", "-p", str(folder), "import", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("{bad\n" + signups("blue"))
        process.stdin.flush()
        assert "standard input:1" in _until(process.stderr, "standard input:1")
        if by is not None:
            process.send_signal(by)
        told = process.communicate(timeout=60)[1]
    assert process.returncode == code
    assert ("Stopped." in told) == (by is not None)
    if by is None:
        assert counted(engine) == 1


def _until(lines: Iterable[str], text: str) -> str:
    for line in lines:
        if text in line:
            return line
    return ""
