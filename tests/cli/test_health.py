"""What `firstwin health` tells, and the exit code that a container goes by."""

from __future__ import annotations

import json
from pathlib import Path

from firstwin.app import App
from firstwin.settings import load
from tests.cli.given import Run


def also_set(folder: Path, line: str) -> None:
    env = folder / ".env"
    env.write_text(f"{env.read_text() if env.exists() else ''}{line}\n")


def test_it_is_red_without_a_worker_and_green_with_one(run_alone: Run, folder: Path) -> None:
    assert "No worker is running" in run_alone("-p", str(folder), "health", code=1).stderr
    with App.open(load(folder)) as app:
        app.beat_heart("w1", "worker")
    assert run_alone("-p", str(folder), "health").output == ""


def test_beat_is_missed_only_where_there_is_a_broker_which_need_not_answer(run_alone: Run, folder: Path) -> None:
    also_set(folder, "FIRSTWIN_BROKER_URL=redis://127.0.0.1:1/0")
    with App.open(load(folder)) as app:
        app.beat_heart("w1", "worker")
    assert "beat" in run_alone("-p", str(folder), "health", code=1).stderr
    assert "does not answer" in run_alone("-p", str(folder), "status").stdout
    with App.open(load(folder)) as app:
        app.beat_heart("beat", "beat")
    found = json.loads(run_alone("-p", str(folder), "health", "--json").stdout)
    assert found == {
        "healthy": True,
        "wrong": [],
        "degraded": ["The broker does not answer: workers look by themselves."],
    }


def test_whether_a_process_could_work_here_needs_no_other_one(run_alone: Run, folder: Path) -> None:
    assert run_alone("-p", str(folder), "health", "--ready").output == ""


def test_a_database_that_is_away_is_an_answer_and_no_mistake(run_alone: Run, folder: Path) -> None:
    also_set(folder, "FIRSTWIN_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none")
    for options in ((), ("--ready",)):
        assert "The database does not answer" in run_alone("-p", str(folder), "health", *options, code=1).stderr


def test_a_project_that_can_not_be_used_is_one_too(run_alone: Run, folder: Path) -> None:
    (folder / "firstwin.yaml").write_text("name: [\n")
    found = json.loads(run_alone("-p", str(folder), "health", "--ready", "--json", code=1).stdout)
    assert found["healthy"] is False
    assert "firstwin.yaml" in found["wrong"][0]
