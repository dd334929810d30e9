import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from firstwin.cli.main import cli
from tests.cli.given import Run

FAST = 0.3  # seconds of one core; how long it takes besides depends on who else is at work


def cpu_seconds(*command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_comes_at_once() -> None:
    assert min(cpu_seconds(sys.executable, "-m", "firstwin", "--help") for _ in range(3)) < FAST


def test_every_command_says_what_it_does(run_alone: Run) -> None:
    told = run_alone("--help").stdout
    commands = getattr(get_command(cli), "commands")  # noqa: B009 - typer's own class has no public type
    assert [name for name, command in commands.items() if name not in told or not command.help] == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://localhost/firstwin", "SQLite and PostgreSQL"),
        ("postgresql://nobody:hunter2@127.0.0.1:1/none", "does not answer"),
        ("nonsense", "FIRSTWIN_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    run_alone: Run, bare: pytest.MonkeyPatch, folder: Path, url: str, says: str
) -> None:
    bare.setenv("FIRSTWIN_DATABASE_URL", url)
    told = run_alone("-p", str(folder), "status", code=2).stderr
    assert says in told
    assert "hunter2" not in told


def test_a_folder_that_is_no_project_stays_as_it_is(run_alone: Run, tmp_path: Path) -> None:
    assert "firstwin init" in run_alone("-p", str(tmp_path / "typo"), "status", code=2).stderr
    assert not (tmp_path / "typo").exists()


def test_a_wrong_setting_is_told_in_a_sentence(run_alone: Run, bare: pytest.MonkeyPatch, folder: Path) -> None:
    bare.setenv("FIRSTWIN_POLL", "often")
    assert "FIRSTWIN_POLL" in run_alone("-p", str(folder), "status", code=2).stderr


def test_beat_without_a_broker_says_what_to_do(run_alone: Run, folder: Path) -> None:
    assert "FIRSTWIN_BROKER_URL" in run_alone("-p", str(folder), "beat", code=2).stderr


def test_status_is_told_in_spite_of_a_mistake_in_a_rule(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "welcome.yaml").write_text("about: acount\n")
    assert "firstwin check" in run_alone("-p", str(folder), "status").stdout


def test_a_worker_does_not_start_with_a_mistake_in_a_rule(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "welcome.yaml").write_text("about: acount\n")
    assert "rules/welcome.yaml:1:8" in run_alone("-p", str(folder), "worker", code=2).stderr


def test_a_port_that_cannot_be_used_is_told_in_a_sentence(run_alone: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} can't be used" in run_alone("demo", "--port", port, code=2).stderr
