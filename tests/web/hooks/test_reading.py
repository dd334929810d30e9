"""What is read of other people's JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.web.hooks import reading
from tests.web.hooks.arbitrary import ANYTHING


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 5000 + b"]" * 5000, b'"\\ud800"', b"NaN"])
def test_what_is_no_json_is_nothing(text: bytes) -> None:
    assert reading.read_json(text) is None


@given(ANYTHING, st.lists(st.text(max_size=3), max_size=3))
def test_whatever_stands_at_a_place_has_the_kind_that_was_asked_for(data: object, path: list[str]) -> None:
    assert isinstance(reading.text(data, *path), str)
    assert all(isinstance(each, str) for each in reading.texts(data, *path))
    assert all(reading.parts({"a": [each]}, "a") == (each,) for each in reading.parts(data, *path))
    assert dict(reading.part(data, *path)) is not None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("anna@example.com", "anna@example.com"),
        (" Anna <Anna@Example.com> ", "Anna@example.com"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna", ""),
        ("", ""),
        ("a@b.example, c@d.example", ""),
        ("anna@example.com\r\nBcc: x@y.example", ""),
        ("a" * 400 + "@example.com", ""),
    ],
)
def test_an_address_is_one_that_a_mail_can_go_to(written: str, read: str) -> None:
    assert reading.address(written) == read


@pytest.mark.parametrize("written", ["a" + " " * 200_000 + "b", "<" * 200_000])
def test_a_long_text_takes_no_time(written: str) -> None:
    assert reading.address(written) == ""
    assert len(reading.detail(written)) <= 60


def test_an_id_is_plain_and_short_whatever_it_came_from() -> None:
    assert reading.identity("abc", 5) == "abc/5"
    assert reading.identity("a\x00b") != reading.identity("a\x01b")
    for odd in ("a" * 300, "a\x00b", "ü", "\ud800"):
        assert len(reading.identity(odd)) == 64
        assert reading.identity(odd) == reading.identity(odd)


def test_what_came_without_an_id_gets_one_that_tells_nothing() -> None:
    assert reading.digest({"a": 1, "b": "x"}) == reading.digest({"b": "x", "a": 1})
    assert reading.digest({"a": 1}) != reading.digest({"a": 2})
    assert len(reading.digest(b"anna@example.com")) == 64


def test_a_detail_holds_codes_and_no_address() -> None:
    assert reading.detail("Permanent", "", None, "5.1.1", 550) == "Permanent, 5.1.1, 550"
    assert reading.detail("<anna@example.com> unknown\x00") == "<(address)> unknown "
    assert "anna" not in reading.detail("to:Anna.B+c@exam.ple")


def test_names_of_a_message_are_plain() -> None:
    assert reading.names("<a@b>", "", "x\x00", "y" * 300, "z") == ("<a@b>", "z")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-02T12:00:00.1234567Z", datetime(2026, 3, 2, 12, 0, 0, 123456, UTC)),
        ("2026-03-02T13:00:00+01:00", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        (1772452800, datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        (1772452800.5, datetime(2026, 3, 2, 12, 0, 0, 500_000, UTC)),
        *((odd, None) for odd in ("2026-03-02T12:00:00", "noon", "", True, None, 1e300, float("nan"), [1], "0001-01-01T00:00:00+23:59")),
    ],
)  # fmt: skip
def test_a_moment_has_its_zone(written: object, read: datetime | None) -> None:
    assert reading.moment(written) == read


@pytest.mark.parametrize("odd", ["", "-1", "1.5", " 1", "1" * 13, "٣", True, None, 1.5, ["1"]])
def test_seconds_of_a_signature_are_digits(odd: object) -> None:
    assert reading.seconds("1772452800") == reading.seconds(1772452800) == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert reading.seconds(odd) is None
