from __future__ import annotations

import pytest

from firstwin.facts.spoilt import Spoilt, read_batch


def test_what_is_no_json_is_told_in_its_place_and_the_rest_is_read() -> None:
    read = read_batch(
        b'{"batch": [{"messageId": "a", "n": Infinity}, {"event": "x"}, "\\ud800", -1e999], "sentAt": "now"}'
    )
    assert read is not None
    assert read["sentAt"] == "now"
    assert [found.message_id if isinstance(found, Spoilt) else found for found in read["batch"]] == [
        "a",
        {"event": "x"},
        None,
        None,
    ]


def test_an_id_that_is_spoilt_itself_is_not_told() -> None:
    read = read_batch(
        b'{"batch": [{"messageId": "a\\ud800"}, {"messageId": "b", "n": NaN}, {"messageId": ["c"], "n": NaN}]}'
    )
    assert read is not None
    assert [found.message_id for found in read["batch"]] == [None, "b", None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        '{"batch": [{"event": "a\\u0000b"}]}'.encode("utf-16"),
        '{"batch": []}'.encode("utf-8-sig"),
        b"[NaN]",
        b'{"batch": {"a": NaN}}',
        b'{"batch": [], "sentAt": NaN}',
        b'{"batch": [NaN]',
        b'{"batch": [%s' % (b"[" * 100_000),
        b'{"batch": [%s]}' % (b"9" * 5000),
        b'{"batch": ["\xff"]}',
    ],
)
def test_what_is_not_nearly_a_batch_is_none(body: bytes) -> None:
    assert read_batch(body) is None
