"""One file from the public network."""

from __future__ import annotations

import asyncio

import pytest

from firstwin.senders.guard import ALSO_PRIVATE
from firstwin.web.hooks.fetch import fetch
from tests.senders.http_faults import Answering
from tests.senders.serving import served


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_no_network_of_ones_own_is_reached(host: str) -> None:
    async def ask() -> tuple[bytes | None, int]:
        behave = Answering(body=b"secret")
        async with served(behave) as port:
            return await fetch(f"http://{host}:{port}/latest"), behave.connections

    assert asyncio.run(ask()) == (None, 0)


@pytest.mark.parametrize(("status", "headers"), [(404, {}), (500, {}), (302, {"Location": "/elsewhere"}), (204, {})])
def test_only_a_good_answer_is_one(status: int, headers: dict[str, str]) -> None:
    behave = Answering(status, b"", headers)
    assert fetched(behave) is None
    assert len(behave.requests) == 1  # no redirect is followed


def test_a_good_answer_is_handed_over() -> None:
    behave = Answering(body=b"-----BEGIN CERTIFICATE-----")
    assert fetched(behave) == b"-----BEGIN CERTIFICATE-----"
    (request,) = behave.requests
    assert request.line == "GET /file.pem HTTP/1.1"
    assert request.body == b""


def test_a_page_without_end_is_cut() -> None:
    found = fetched(Answering(body=b"x" * 500_000))
    assert found is not None
    assert len(found) <= 20_000


def fetched(behave: Answering) -> bytes | None:
    """From a server on this machine, which is let through for once."""

    async def ask() -> bytes | None:
        async with served(behave) as port:
            return await fetch(f"http://127.0.0.1:{port}/file.pem", reach=ALSO_PRIVATE)

    return asyncio.run(ask())
