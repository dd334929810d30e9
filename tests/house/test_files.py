"""What holds for every file of the repository."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.sources import PACKAGE, ROOT, kept_files, modules, place

LONGEST = 400

LONGER_FOR_A_REASON = {
    "src/firstwin/db/tables.py": "every table on one page",
    "tests/rules/test_mistakes.py": "a table: every mistake, and what its author is told",
}

# Where the work is done, or where packages come from on some machine, is nobody's business. Put together here so that
# this file doesn't hold what it looks for.
NOT_TO_BE_NAMED = [
    re.compile("/" + r"work/(main|shared|\.library)"),
    re.compile("/opt" + r"/(wheels|pypi|npm)"),
    re.compile(r"--(extra-)?index" + "-url [^-]"),
    re.compile(r"https?://[^\s/]*(pypi\.|registry\.|nexus|artifactory|proxy\.golang)"),
    re.compile(r"https?://[^\s]*/simple\b"),
]


def text_of(files: list[str]) -> dict[str, str]:
    texts = {}
    for path in kept_files():
        name = path.relative_to(ROOT).as_posix()
        if name.endswith(tuple(files)):
            texts[name] = path.read_text(errors="replace")
    return texts


@pytest.mark.parametrize("path", [path for path in modules() if path.read_text()], ids=place)
def test_a_module_opens_with_what_it_is_for(path: str) -> None:
    assert ast.get_docstring(ast.parse((PACKAGE / path).read_text()))


def test_a_file_fits_in_the_head() -> None:
    lengths = {name: text.count("\n") for name, text in text_of([".py"]).items()}
    assert {name: n for name, n in lengths.items() if n > LONGEST and name not in LONGER_FOR_A_REASON} == {}


def test_a_file_that_has_become_shorter_leaves_the_list() -> None:
    texts = text_of(list(LONGER_FOR_A_REASON))
    assert [name for name in LONGER_FOR_A_REASON if texts[name].count("\n") <= LONGEST] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    texts = text_of([""])
    named = [
        (name, found.group()) for name, text in texts.items() for p in NOT_TO_BE_NAMED if (found := p.search(text))
    ]
    assert named == []


def test_versions_are_kept_without_addresses() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[^\s]+( ; .+)?", line)] == []
    assert "uv.lock" not in [path.name for path in kept_files()]


def test_nothing_that_a_program_wrote_is_kept() -> None:
    made = (".pyc", ".db", ".db-wal", ".db-shm", ".egg-info", ".rejects.jsonl", ".log")
    assert [path.name for path in kept_files() if path.name.endswith(made) or "celerybeat" in path.name] == []
