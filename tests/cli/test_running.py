from pathlib import Path

import pytest

from firstwin.app import App
from firstwin.settings import load
from tests.cli.given import Run

STRETCH = ("tick", "--from", "2026-03-02", "--to", "2026-03-04")


def without(folder: Path, name: str) -> None:
    file = folder / ".env"
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if not line.startswith(name)))


@pytest.mark.parametrize("command", [("worker",), ("up",), ("web",), (*STRETCH, "--send")])
@pytest.mark.parametrize("name", ["FIRSTWIN_SECRET", "FIRSTWIN_PUBLIC_URL"])
def test_nobody_starts_to_write_to_customers_who_could_not_leave(
    run_alone: Run, folder: Path, command: tuple[str, ...], name: str
) -> None:
    without(folder, name)
    said = run_alone("-p", str(folder), *command, code=2).stderr
    assert said.startswith(f"{name} is not set")
    assert "class: service" in said
    assert "Traceback" not in said


def test_what_sends_nothing_needs_nothing(run_alone: Run, folder: Path) -> None:
    without(folder, "FIRSTWIN_")
    assert "Nothing was sent" in run_alone("-p", str(folder), *STRETCH).stdout
    run_alone("-p", str(folder), "tick")
    run_alone("-p", str(folder), "status")


def test_check_warns_and_health_tells_what_a_worker_says(run_alone: Run, folder: Path) -> None:
    assert "0 warnings" in run_alone("-p", str(folder), "check").stdout
    without(folder, "FIRSTWIN_SECRET")
    told = run_alone("-p", str(folder), "check")
    assert ".env:1:1 warning: FIRSTWIN_SECRET is not set" in told.stderr
    assert "0 mistakes, 1 warning" in told.stdout
    with App.open(load(folder)) as app:
        app.beat_heart("w1", "worker")
    assert "FIRSTWIN_SECRET is not set" in run_alone("-p", str(folder), "health", code=1).stderr


@pytest.mark.parametrize("command", ["worker", "up", "web"])
def test_time_limits_that_contradict_each_other_keep_it_from_starting(
    run_alone: Run, folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTWIN_KILLED_AFTER", "10")
    said = run_alone("-p", str(folder), command, code=2).stderr
    assert "FIRSTWIN_KILLED_AFTER (10 s)" in said
    assert "stop_grace_period" in said
    assert "Traceback" not in said
