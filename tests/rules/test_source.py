"""Bytes that are no readable text."""

from __future__ import annotations

import pytest

from firstwin.rules.problems import Problem
from firstwin.rules.source import LARGEST, read_source

SAVE = "Save it as plain text in UTF-8 (in most editors: Save as, Encoding: UTF-8)."


def refused(content: bytes) -> str:
    found = read_source("x", content)
    assert isinstance(found, Problem)
    return str(found)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: caf\xe9\n", f"x:1:7 The file is not text in UTF-8. {SAVE}"),
        ("a: 1".encode("utf-16"), f"x:1:1 The file is not text in UTF-8. {SAVE}"),
        (b"a: 1\nb: \x00\n", f"x:2:4 There is an invisible control character (U+0000) in the file. Delete it. {SAVE}"),
        (b"a: \x1b[0m", f"x:1:4 There is an invisible control character (U+001B) in the file. Delete it. {SAVE}"),
        (b"a:\n\tb: 1\n", "x:2:1 This line is indented with a tab. Use spaces: two for each level."),
        (b"a:\n  \tb: 1\n", "x:2:3 This line is indented with a tab. Use spaces: two for each level."),
        ("a:\n\u00a0 b: 1\n".encode(), "x:2:1 This line is indented with an invisible special space. Such spaces come along when text is pasted: delete the spaces of this line and type them anew."),
        (b"#" * (LARGEST + 1), "x:1:1 The file is larger than 256 kB. A rule is a page at most: is this the right file?"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_are_told_with_their_place(content: bytes, problem: str) -> None:
    assert refused(content) == problem


@pytest.mark.parametrize(
    "content", [b"", b"a: 1\n\t\nb: 2\n", b"a: 1\n\t# a remark\n", "a: 🎉 é\n".encode(), b"#" * LARGEST]
)
def test_other_bytes_are_text(content: bytes) -> None:
    assert not isinstance(read_source("x", content), Problem)
