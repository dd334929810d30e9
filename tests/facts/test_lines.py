from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from firstwin.facts.lines import LONGEST, Chunk, file_chunks, lines, stream_chunks


def read(*chunks: bytes) -> list[tuple[int, bytes] | None]:
    return [line and (line.number, line.content) for line in lines(_numbered(chunks))]


def _numbered(chunks: Iterable[bytes]) -> Iterator[Chunk]:
    for number, content in enumerate(chunks, 1):
        yield Chunk(content, number)


def test_lines_reach_over_chunks() -> None:
    assert read(b"on", b"e\ntwo\nth", b"ree\n") == [(1, b"one"), (2, b"two"), (3, b"three")]


def test_the_last_line_needs_no_end() -> None:
    assert read(b"one\ntwo") == [(1, b"one"), (2, b"two")]


def test_blank_lines_are_counted_and_left_out() -> None:
    assert read(b"one\n\n \r\nfour\r\n") == [(1, b"one"), (4, b"four\r")]


def test_a_beat_is_none() -> None:
    assert read(b"one\n", b"", b"two\n") == [(1, b"one"), None, (2, b"two")]


def test_of_an_endless_line_only_the_beginning_is_kept() -> None:
    found = list(lines(_numbered([b"x" * LONGEST] * 5 + [b"\nnext\n"])))
    assert [line and (line.number, len(line.content) <= 2 * LONGEST) for line in found] == [(1, True), (2, True)]


def test_a_line_tells_how_far_its_source_was_read() -> None:
    assert [line and line.reached for line in lines(_numbered([b"one\n", b"two\n"]))] == [1, 2]


@pytest.mark.parametrize("name", ["plain.jsonl", "packed.jsonl.gz", "packed-without-its-name"])
def test_files_are_read_plain_or_packed(tmp_path: Path, name: str) -> None:
    path, content = tmp_path / name, b"one\ntwo\n"
    path.write_bytes(gzip.compress(content) if "packed" in name else content)
    chunks = list(file_chunks(path))
    assert b"".join(chunk.content for chunk in chunks) == content
    assert chunks[-1].reached == path.stat().st_size


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert list(file_chunks(tmp_path / "empty")) == []


def test_a_packed_file_that_ends_too_early_is_told_after_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(os.urandom(1_000_000).hex().encode())[:-1000])
    found: list[Chunk] = []
    with pytest.raises(EOFError):
        found.extend(file_chunks(path))
    assert found == [] or found[0].content


def test_a_stream_is_followed_until_its_end() -> None:
    reader, writer = os.pipe()
    chunks = stream_chunks(reader)
    os.write(writer, b"one\n")
    assert next(chunks) == Chunk(b"one\n", 4)
    os.write(writer, b"two\n")
    assert next(chunks) == Chunk(b"two\n", 8)
    os.close(writer)
    assert list(chunks) == []
    os.close(reader)


def test_a_silent_stream_beats() -> None:
    reader, writer = os.pipe()
    assert next(stream_chunks(reader, beat=0.01)) == Chunk(b"", 0)
    os.close(writer)
    os.close(reader)


def test_a_busy_stream_beats_too() -> None:
    """Whoever sends a little all the time must not keep what came first from being stored."""
    reader, writer = os.pipe()
    os.write(writer, b"x\n" * 10)
    found = []
    for chunk in stream_chunks(reader, beat=0.01):
        found.append(chunk.content)
        if not chunk.content:
            break
        os.write(writer, b"x\n" * 10)
    assert found[-1] == b""
    assert len(found) > 2
    os.close(writer)
    os.close(reader)
