"""The text of a file, once its bytes are known to be readable text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from firstwin.rules.problems import Problem

LARGEST = 256 * 1024
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # as YAML readers count lines
UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
SPECIAL_SPACES = "\u00a0\u2007\u202f\u200b\u2060\ufeff\u3000"
MISINDENTED = re.compile(rf"([ ]*)([\t{SPECIAL_SPACES}])\s*[^\s#]")
TYPE_ANEW = "Such spaces come along when text is pasted: delete the spaces of this line and type them anew."
SAVE_AS_UTF8 = "Save it as plain text in UTF-8 (in most editors: Save as, Encoding: UTF-8)."


@dataclass(frozen=True)
class Source:
    file: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return BREAK.split(self.text)

    def line(self, number: int) -> str:
        """A line, counted from 1; empty where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def problem(self, line: int, column: int, message: str, suggestion: str) -> Problem:
        return Problem(self.file, line, column, message, suggestion)


def read_source(file: str, content: bytes) -> Source | Problem:
    """The file's text, or why it cannot be one."""
    if len(content) > LARGEST:
        size = f"The file is larger than {LARGEST // 1024} kB."
        return Problem(file, 1, 1, size, "A rule is a page at most: is this the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(file, content, error)
    source = Source(file, text)
    return _unprintable(source) or _misindented(source) or source


def _not_utf8(file: str, content: bytes, error: UnicodeDecodeError) -> Problem:
    before = content[: error.start].decode("utf-8", "replace")
    lines = BREAK.split(before)
    return Problem(file, len(lines), len(lines[-1]) + 1, "The file is not text in UTF-8.", SAVE_AS_UTF8)


def _unprintable(source: Source) -> Problem | None:
    found = UNPRINTABLE.search(source.text)
    if found is None:
        return None
    before = BREAK.split(source.text[: found.start()])
    message = f"There is an invisible control character (U+{ord(found[0]):04X}) in the file."
    return source.problem(len(before), len(before[-1]) + 1, message, "Delete it. " + SAVE_AS_UTF8)


def _misindented(source: Source) -> Problem | None:
    for number, line in enumerate(source.lines, start=1):
        found = MISINDENTED.match(line)
        if found and found[2] == "\t":
            message = "This line is indented with a tab."
            return source.problem(number, found.start(2) + 1, message, "Use spaces: two for each level.")
        if found:
            message = "This line is indented with an invisible special space."
            return source.problem(number, found.start(2) + 1, message, TYPE_ANEW)
    return None
