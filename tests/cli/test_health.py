"""What `firstwin health` tells, and the exit code that a container goes by."""

from __future__ import annotations

import json
import subprocess
import sys
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


def test_a_mistake_in_the_files_is_what_a_worker_says(run_alone: Run, folder: Path) -> None:
    rule = folder / "rules" / "welcome.yaml"
    good = rule.read_text()
    with App.open(load(folder)) as app:
        for content, code in ((good, 0), ("about: nobody\n", 1), (good, 0)):
            rule.write_text(content)
            app.beat_heart("w1", "worker")  # at once, as there is something else to say
            said = run_alone("-p", str(folder), "health", code=code).stderr
            assert ("firstwin check" in said) is bool(code)


def test_no_template_and_no_rule_is_read_for_it(run_alone: Run, folder: Path) -> None:
    run_alone("-p", str(folder), "health", code=1)  # which makes the tables, and needs what makes them
    seen = f"import sys; from firstwin.cli.main import cli\ntry: cli(['-p', {str(folder)!r}, 'health'])\n"
    seen += "except SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "firstwin.tools.health" in loaded
    assert not loaded & {
        "alembic",
        "jinja2",
        "celery",
        "firstwin.app",
        "firstwin.rules.library",
        "firstwin.tools.check",
    }


def test_without_a_project_nothing_is_made(run_alone: Run, tmp_path: Path) -> None:
    assert "firstwin init" in run_alone("-p", str(tmp_path), "health", code=1).stderr
    assert not list(tmp_path.iterdir())


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
