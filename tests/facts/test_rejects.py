from __future__ import annotations

import json
from pathlib import Path

import pytest

from firstwin.facts.lines import Line
from firstwin.facts.rejects import Bad, Rejects


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("in/cdnow.jsonl.gz", "in/cdnow.rejects.jsonl"),
        ("in/cdnow.jsonl", "in/cdnow.rejects.jsonl"),
        ("export", "export.rejects.jsonl"),
        ("a.b.json", "a.b.rejects.jsonl"),
        ("-", "stdin.rejects.jsonl"),
    ],
)
def test_the_bad_lines_of_a_file_stand_beside_it(source: str, kept: str) -> None:
    assert Rejects.beside(Path(source)).path == Path(kept)


def test_each_bad_line_is_kept_with_its_number_and_the_reason(tmp_path: Path) -> None:
    with Rejects(tmp_path / "x.rejects.jsonl") as rejects:
        assert not rejects.is_written
        rejects.add(Line(3, b'{"a":', 0), "it is not valid JSON")
        rejects.add(Line(9, b"\xff", 0), "it is no text")
    assert [json.loads(line) for line in rejects.path.read_text().splitlines()] == [
        {"line": 3, "reason": "it is not valid JSON", "message": '{"a":'},
        {"line": 9, "reason": "it is no text", "message": "\ufffd"},
    ]


def test_without_a_bad_line_there_is_no_file(tmp_path: Path) -> None:
    with Rejects(tmp_path / "x.rejects.jsonl"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_bad_lines_of_a_former_import_are_replaced(tmp_path: Path) -> None:
    for number in (1, 2):
        with Rejects(tmp_path / "x.rejects.jsonl") as rejects:
            rejects.add(Line(number, b"", 0), "bad")
    assert [json.loads(line)["line"] for line in rejects.path.read_text().splitlines()] == [2]


def test_where_nothing_can_be_kept_it_says_so_and_goes_on(tmp_path: Path) -> None:
    with Rejects(tmp_path / "missing" / "x.rejects.jsonl") as rejects:
        rejects.add(Line(1, b"", 0), "bad")
        rejects.add(Line(2, b"", 0), "bad")
    assert not rejects.is_written
    assert "could not be kept" in (rejects.trouble or "")


def test_a_bad_line_reads_as_file_line_and_reason() -> None:
    assert str(Bad("in/x.jsonl", 7, "it has no messageId")) == "in/x.jsonl:7 it has no messageId"
