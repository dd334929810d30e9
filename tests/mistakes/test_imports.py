"""What can be wrong in a file of messages: each line told with its reason and kept beside the file; none of it stored."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstwin.cli.main import cli
from tests.mistakes.given import rows

pytestmark = pytest.mark.usefixtures("bare")

LINE = '{"type":"track","messageId":"m1","userId":"u","event":"signed_up","timestamp":"2026-03-02T12:00:00Z"}'


def without(part: str, instead: str = "") -> str:
    assert part in LINE
    return LINE.replace(part, instead)


def with_property(value: str) -> str:
    return LINE[:-1] + f',"properties":{value}}}'


BAD: dict[str, str | bytes] = {
    "a NUL": without("signed_up", "a\\u0000b"),
    "a raw NUL": LINE.encode().replace(b"signed_up", b"a\x00b"),
    "no UTF-8": LINE.encode().replace(b"signed_up", b"\xff\xfe"),
    "UTF-16": LINE.encode("utf-16"),
    "half a character": without("signed_up", "\\ud800"),
    "a list 10,000 deep": with_property("[" * 10_000 + "]" * 10_000),
    "an object 2,000 deep": with_property('{"a":' * 2_000 + "1" + "}" * 2_000),
    "a number of 5,000 digits": with_property('{"n":' + "9" * 5_000 + "}"),
    "a number without an end": with_property('{"n":1e999}'),
    "no number": with_property('{"n":NaN}'),
    "a list": "[1, 2]",
    "a number": "5",
    "nothing": "null",
    "half a line": LINE[:40],
    "20 MB": with_property('{"a":"' + "x" * 20_000_000 + '"}'),
    "a long id": without('"u"', f'"{"u" * 40_000}"'),
    "no id": without('"messageId":"m1",'),
    "an id that is a group": without('"m1"', "{}"),
    "the year 0": without("2026-03-02", "0000-01-01"),
    "the year 99999": without("2026-03-02", "99999-01-01"),
    "a time that is a number": without('"2026-03-02T12:00:00Z"', "1e300"),
    "a time that is a list": without('"2026-03-02T12:00:00Z"', "[]"),
    "a type that there is not": without('"track"', '"nope"'),
    "a table": "type,userId",
    "a page": "<html></html>",
    "another archive": b"PK\x03\x04aaaa",
    "half an archive": gzip.compress(LINE.encode())[:30] + b"\n",
}


@pytest.mark.parametrize("name", BAD)
def test_a_line_is_told_and_not_stored(folder: Path, name: str) -> None:
    bad, file = BAD[name], folder / "facts.jsonl"
    file.write_bytes((bad if isinstance(bad, bytes) else bad.encode()) + b"\n")
    done = CliRunner().invoke(cli, ["-p", str(folder), "import", str(file)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in {0, 2}  # bad lines stop nothing; what is no file of lines at all is 2
    assert "Traceback" not in done.output
    assert "facts.jsonl" in done.stderr
    stored = rows(folder)
    assert [table for table in ("event", "account", "person", "member", "event_name") if table in stored] == []
