"""The table in README.md has every row, and is filled by what was measured alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import table
from tests.chaos.figures import Found, none
from tests.chaos.rows.every import ROWS
from tests.chaos.runner import Job
from tests.chaos.scope import Scope

WHOLE = [row for row in ROWS if row.size != "short"]


def test_the_readme_has_a_line_for_each_row_and_database_and_no_other() -> None:
    _, _, rest = table.README.read_text().partition(table.OPENING)
    block, closing, _ = rest.partition(table.CLOSING)
    assert closing
    heads = [head for line in block.splitlines() if (head := table._head(line))]
    assert heads == [(row.title, table.NAMES[database]) for row in WHOLE for database in row.databases]


def test_names_and_titles_are_each_one_row_s() -> None:
    assert len({row.name for row in ROWS}) == len({row.title for row in ROWS}) == len(ROWS)


def test_a_row_that_was_measured_takes_its_place_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"Before.\n{table.OPENING}{table.CLOSING}\nAfter.\n")
    monkeypatch.setattr(table, "README", readme)
    first, second = (Job(row, "sqlite", Scope("whole")) for row in WHOLE[:2])
    table.write_readme({first: Found({"lost": 0, "seconds": 31}, none("lost"))})
    table.write_readme({second: Found({"lost": 2}, none("lost"))})
    text = readme.read_text()
    assert f"| {WHOLE[0].title} | SQLite | 0 lost | 0 lost, 31 seconds |" in text
    assert f"| {WHOLE[1].title} | SQLite | 0 lost | 2 lost **missed: lost 0** |" in text
    assert f"| {WHOLE[0].title} | PostgreSQL | | {table.NOT_YET} |" in text
    assert (text.startswith("Before.\n"), text.endswith("After.\n")) == (True, True)
