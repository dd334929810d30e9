"""The commands that everyone uses, and that CI uses too, are there and do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)


def recipe(*arguments: str, path: str | None = None) -> str:
    """What make would run, without running it."""
    environment = os.environ | {"PATH": path or os.environ["PATH"]}
    done = subprocess.run(
        [shutil.which("make") or "make", "--dry-run", "--always-make", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def with_only(folder: Path, *programs: str) -> str:
    """A PATH on which only these programs are found."""
    for program in programs:
        found = shutil.which(program)
        if found is None:
            pytest.skip(f"{program} is not on this machine")
        (folder / program).symlink_to(found)
    return str(folder)


def test_every_target_is_explained() -> None:
    assert TARGETS is not None
    explained = set(re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE))
    assert explained == set(TARGETS.group(1).split())


def test_check_is_the_whole_gate() -> None:
    commands = recipe("check")
    for command in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest tests/house"):
        assert command in commands


def test_ci_runs_the_commands_that_people_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-3:] == ["make check", "make test", "make chaos-short"]


def test_uv_sets_up_when_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "uv").write_text("#!/bin/sh\n")
    (tmp_path / "uv").chmod(0o755)
    commands = recipe("setup", path=f"{tmp_path}:{os.environ['PATH']}")
    assert "uv pip install" in commands
    assert "-m venv" not in commands


def test_pip_sets_up_when_there_is_no_uv(tmp_path: Path) -> None:
    commands = recipe("setup", path=with_only(tmp_path, "sh", "bash", "python3", "getconf", "touch", "test", "echo"))
    assert "uv " not in commands
    assert '--upgrade "pip>=25.1"' in commands  # the first that knows dependency groups
    assert "--group dev" in commands


@pytest.mark.parametrize("target", ["setup", "test"])
def test_nothing_is_locked_to_addresses(target: str) -> None:
    commands = recipe(target)
    assert "uv sync" not in commands
    assert "constraint" in commands
