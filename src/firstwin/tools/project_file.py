"""Whether a folder holds a project at all: asked before anything is read, or made beside it."""

from __future__ import annotations

from pathlib import Path

from firstwin.rules.problems import Problem

FILE = "firstwin.yaml"


def holds_project(folder: Path) -> bool:
    return (folder / FILE).is_file()


def no_project(folder: Path) -> Problem:
    """What is told where there is none."""
    return Problem(FILE, 1, 1, f"There is no {FILE} in {folder.resolve()}.", "`firstwin init` makes a project.")
