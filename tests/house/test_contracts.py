"""The import contracts of pyproject.toml break when they should."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT

PLANTED = {
    "rules/planted.py": "import firstwin.db.types",
    "decide/planted.py": "import os",
    "facts/planted.py": "import firstwin.match.value",
}
NOTICED = {
    "the language must not know the database": r"firstwin\.rules is not allowed to import firstwin\.db",
    "nor what the database drags in": r"firstwin\.rules is not allowed to import sqlalchemy",
    "deciding must not read the environment": r"firstwin\.decide is not allowed to import os",
    "facts must not know who uses them": r"firstwin\.facts is not allowed to import firstwin\.match",
}


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def copied(folder: Path, files: dict[str, str]) -> Path:
    shutil.copytree(PACKAGE, folder / "src" / "firstwin", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, line in files.items():
        (folder / "src" / "firstwin" / name).write_text(line + "\n")
    return folder


@pytest.mark.slow
def test_each_kind_of_forbidden_import_is_noticed(tmp_path: Path) -> None:
    found = contracts(copied(tmp_path, PLANTED))
    assert found.returncode == 1
    assert [why for why, said in NOTICED.items() if not re.search(said, found.stdout)] == []


@pytest.mark.slow
def test_a_file_that_nobody_placed_is_noticed(tmp_path: Path) -> None:
    found = contracts(copied(tmp_path, {"nobody_placed_it.py": "import json"}))
    assert found.returncode == 1
    assert "nobody_placed_it" in found.stdout
