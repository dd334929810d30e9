"""The files of a rules folder: which are rules, and what their names must be like."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from firstwin.rules.names import IDENTIFIER, simplified
from firstwin.rules.problems import Problem

TESTS = "tests"
ENDING = ".yaml"


def read_rules(folder: Path) -> dict[str, bytes]:
    """The rule files of a project's ``rules`` folder by name, as ``load_library`` takes them; rule tests left out."""
    files = sorted(file for ending in ("yaml", "yml") for file in folder.rglob(f"*.{ending}") if file.is_file())
    inside = {file.relative_to(folder): file for file in files}
    return {
        str(PurePosixPath(folder.name, *name.parts)): file.read_bytes()
        for name, file in inside.items()
        if name.parts[0] != TESTS and not name.name.startswith(".")
    }


def misnamed(file: str, others: Iterable[str] = ()) -> Problem | None:
    """Why a file cannot be a rule by its name, which is the rule's id."""
    path = PurePosixPath(file)
    if len(path.parts) > 2:  # noqa: PLR2004 - the folder and the file
        message = "Rules lie directly in the rules folder, because a file's name is its rule's name."
        return Problem(file, 1, 1, message, f"Move it to `{path.parts[0]}/{path.name}`.")
    if path.suffix != ENDING:
        return Problem(file, 1, 1, "A rule's file ends in `.yaml`.", f"Rename it to `{path.stem}.yaml`.")
    if not IDENTIFIER.fullmatch(path.stem):
        better = simplified(path.stem)
        message = f"`{path.stem}` cannot be the name of a rule: use small letters, digits, `-` and `_`."
        return Problem(file, 1, 1, message, f"Rename the file to `{better}.yaml`." if better else "Rename the file.")
    if path.stem in others:
        return Problem(file, 1, 1, f"There are two files called `{path.stem}`.", "Keep one of them.")
    return None
