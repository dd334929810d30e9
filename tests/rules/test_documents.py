"""Strict YAML: what it reads, where it stands, and which traps are closed."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstwin.rules.documents import Document, Place, read_document


def document(text: str) -> Document:
    found, problems = read_document("rules/x.yaml", text.encode())
    assert problems == ()
    assert found is not None
    return found


def told(content: str | bytes) -> list[str]:
    _, problems = read_document("x", content.encode() if isinstance(content, str) else content)
    return [str(problem) for problem in problems]


def test_every_key_and_value_has_its_line_and_column() -> None:
    found = document("about: account\nonly_if:\n  all:\n    - did: [a, b]\n      since: ever\n")

    assert found.place(("about",), "key") == Place(1, 1)
    assert found.place(("about",)) == Place(1, 8)
    assert found.place(("only_if", "all", 0, "since"), "key") == Place(5, 7)
    assert found.place(("only_if", "all", 0, "did", 1)) == Place(4, 16)


def test_a_part_that_is_not_there_has_the_place_of_what_is_around_it() -> None:
    assert document("then:\n  email: a\n").place(("then", "to", "role")) == Place(2, 3)


def test_one_value_in_place_of_a_list_has_the_place_of_the_value() -> None:
    assert document("then: {email: a, to: b}\n").place(("then", 0, "to")) == Place(1, 22)


def test_a_key_without_a_value_has_its_own_place() -> None:
    found = document("to:\n\nagain: never\n")

    assert found.data == {"to": None, "again": "never"}
    assert found.place(("to",)) == Place(1, 1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("10:00", "10:00"),
        ("1:30:00", "1:30:00"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
        ("5", 5),
        ("-5", -5),
        ("2.5", 2.5),
        ("1_000", "1_000"),
        ("50%", "50%"),
        ('"5"', "5"),
        ("'true'", "true"),
        ("~", None),
        ("null", None),
        ("'null'", "null"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("<<", "<<"),
        ("${NAME}", "${NAME}"),
    ],
)
def test_a_value_is_what_it_looks_like(written: str, value: object) -> None:
    found = document(f"x: {written}\n").data["x"]

    assert (found, type(found)) == (value, type(value))


def test_keys_are_always_text() -> None:
    assert document("404: a\ntrue: b\n").data == {"404": "a", "true": "b"}


def test_windows_line_ends_and_a_byte_order_mark_are_welcome() -> None:
    found, problems = read_document("x", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    assert problems == ()
    assert found is not None
    assert (found.data, found.place(("b",))) == ({"a": 1, "b": 2}, Place(2, 4))


@pytest.mark.parametrize("written", ["007", "1e5", "0x10", "0o17", "+5", ".5", "5.", ".inf", "-.inf", ".nan", "00"])
def test_a_number_to_some_readers_and_a_text_to_others_is_refused(written: str) -> None:
    (problem,) = told(f"x: {written}\n")

    assert problem.startswith(f"x:1:4 `{written}` could be a number or a text.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "x:3:1 `a` stands here twice, for the first time in line 1. Keep one of them."),
        ("a: {b: 1, b: 2}\n", "x:1:11 `b` stands here twice, for the first time in line 1. Keep one of them."),
        ("a: &x 1\n", 'x:1:4 `&x` gives this place a name. If it is meant as text, put it in quotes: "&x". If not, leave it out.'),
        ("a: *x\n", 'x:1:4 `*x` refers to another place. If it is meant as text, put it in quotes: "*x". If not, leave it out.'),
        ("a: !!str 5\n", 'x:1:4 `!!str` is an instruction to the YAML reader. If it is meant as text, put it in quotes: "!!str". If not, leave it out.'),
        ("<<: {a: 1}\n", "x:1:1 `<<` cannot be a key. Write a word."),
        (": a\n", "x:1:1 Here a key is missing. Write a word."),
        ("a: 1\n---\nb: 2\n", "x:2:1 A second document begins here. Write each in a file of its own."),
        ("%YAML 1.1\n---\na: yes\n", "x:1:1 A line that begins with `%` is an instruction to the YAML reader. Leave it out."),
        ("a: “b”\n", 'x:1:4 A text begins with curly quotes, which are part of the text here. Use straight quotes ("), or none.'),
        ("a: b\u00a0c\n", "x:1:4 There is an invisible special space in this text. Such spaces come along when text is pasted: delete the spaces of this line and type them anew."),
        ("a: 12345678901234567\n", "x:1:4 `12345678901234567` has too many digits to be kept exactly as a number. If it is a name or an id, put it in quotes."),
        ("", "x:1:1 The file is empty."),
        ("# nothing but a remark\n", "x:1:1 The file is empty."),
    ],
)  # fmt: skip
def test_a_trap_is_refused(text: str, problem: str) -> None:
    assert told(text) == [problem]


def test_all_traps_of_a_file_are_told_at_once() -> None:
    assert [problem.split()[0] for problem in told("a: 007\na: 1\nb: &x 1e5\n")] == ["x:1:4", "x:2:1", "x:3:4", "x:3:4"]


def test_thirty_levels_are_read_and_more_are_not() -> None:
    deep = "x: " + "[" * 29 + "]" * 29

    assert told(deep + "\n") == []
    assert told(deep.replace("[]", "[[]]") + "\n") == [
        "x:1:33 This is nested more than 30 levels deep. Make it flatter."
    ]


def test_a_very_deep_file_is_refused_quickly() -> None:
    assert len(told("x: " + "[" * 20_000)) == 1


def test_a_remark_in_place_of_a_value_is_known() -> None:
    assert document("to: #success\n").remark(("to",)) == "#success"
    assert document("to: success # a channel\n").remark(("to",)) == ""


YAMLISH = st.lists(
    st.sampled_from([*"abc:-?[]{}#&*!|>'\"%@`, \n\t", ": ", "- ", "\n  ", "---\n", "...", "%YAML 1.1\n", "&a", "*a", "!!set", "<<: ",
                     "\\U0011FFFF", "'", '"\\x', "when: ", "1e9", "\u2028", "\u0000", "\ud7ff", "é", "{{ x }}", "? "]),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.binary(max_size=400))
@example(b"\xff\xfea\x00:\x00")
@example(b'"\\UFFFFFFFF"')
@example(b"%YAML 99999999999999999999.1\n---\n")
@example(b"!<tag:\xc3\x28 a")
def test_whatever_bytes_come_in_nothing_is_raised(content: bytes) -> None:
    found, problems = read_document("x", content)

    assert found is not None or problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)


@given(YAMLISH)
def test_whatever_almost_yaml_comes_in_nothing_is_raised(text: str) -> None:
    found, problems = read_document("x", text.encode("utf-8", "surrogatepass"))

    assert found is not None or problems
    assert all(problem.message and problem.line <= len(text.splitlines()) + 1 for problem in problems)


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.text("abc xyz:#-'\"", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_what_is_written_as_json_is_read_as_it_is(data: object) -> None:
    found, problems = read_document("x", json.dumps({"x": data}).encode())

    assert problems == ()
    assert found is not None
    assert found.data == {"x": data}
