"""What is unpacked is counted while it is."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from starlette.exceptions import HTTPException

from firstwin.web.body import MEMBERS, unpacked


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "GZIP ", "x-gzip"])
def test_a_body_is_what_it_was_before_it_was_packed(encoding: str) -> None:
    body = b'{"batch": []}'
    packed = gzip.compress(body) if "zip" in encoding.lower() else body
    assert unpacked(packed, encoding, most=100) == body


def test_a_gzip_may_have_several_parts_and_not_very_many() -> None:
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", most=2) == b"ab"
    with pytest.raises(HTTPException, match="too many parts"):
        unpacked(gzip.compress(b"") * (MEMBERS + 1), "gzip", most=2)


def test_as_much_as_may_be_is_taken_and_no_byte_more() -> None:
    assert len(unpacked(gzip.compress(b"x" * 1000), "gzip", most=1000)) == 1000
    with pytest.raises(HTTPException) as refused:
        unpacked(gzip.compress(b"x" * 1001), "gzip", most=1000)
    assert refused.value.status_code == 413


def test_a_bomb_takes_no_memory() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packer.compress(b"\0" * 1_000_000) for _ in range(200)), packer.flush()])
    tracemalloc.start()
    with pytest.raises(HTTPException):
        unpacked(bomb, "gzip", most=500_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
