"""The image is small, runs as nobody in particular, and says whether it is well."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch

import pytest

from firstwin.settings import PREFIX, Settings
from tests.house.containers import copied_from_here, dockerfile
from tests.house.sources import ROOT

LINES = dockerfile()
LAST_STAGE = LINES[max(at for at, (word, _) in enumerate(LINES) if word == "FROM") :]


def last(instruction: str) -> str:
    return [rest for word, rest in LAST_STAGE if word == instruction][-1]


def test_it_is_built_in_one_stage_and_run_in_another() -> None:
    bases = [rest.split()[0] for word, rest in LINES if word == "FROM"]
    assert len(bases) == 2
    assert set(bases) == {"python:3.13-slim"}  # the same Python, and never "latest"


def test_it_does_not_run_as_root() -> None:
    user, group = last("USER").split(":")
    assert int(user) >= 10_000
    assert user == group
    words = [word for word, _ in LAST_STAGE]
    assert "RUN" not in words[words.index("USER") :]


def test_no_compiler_pip_or_test_comes_along() -> None:
    assert [rest for word, rest in LAST_STAGE if word == "COPY"] == ["--from=build /venv /venv"]
    assert not any("--group" in rest for _, rest in LINES)


def test_versions_are_those_that_were_tested() -> None:
    installs = [rest for word, rest in LINES if word == "RUN" and "install" in rest and "pip" in rest]
    assert len(installs) == 2
    assert all("--constraint constraints.txt" in rest for rest in installs)


def test_it_tells_whether_it_is_well() -> None:
    options, _, command = last("HEALTHCHECK").partition(" CMD ")
    assert json.loads(command) == ["firstwin", "health"]
    assert re.findall(r"--(\w+(?:-\w+)?)=", options) == ["interval", "timeout", "start-period", "retries"]


def test_it_runs_firstwin() -> None:
    assert json.loads(last("ENTRYPOINT")) == ["firstwin"]
    assert json.loads(last("CMD")) == ["worker"]


def test_it_sets_settings_that_there_are() -> None:
    told = re.findall(rf"({PREFIX}\w+)=", last("ENV"))
    assert told == [PREFIX + "PROJECT"]
    assert "project" in Settings.model_fields


@pytest.mark.parametrize("name", [*copied_from_here()])
def test_what_is_copied_is_there_and_let_through(name: str) -> None:
    assert (ROOT / name).exists()
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert any(fnmatch(name, line) for line in let_through)


def test_nothing_else_reaches_the_build() -> None:
    """No clone, no .env, no database of a developer."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied_from_here())
