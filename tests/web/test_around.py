"""Whatever happens inside, nothing of it is seen outside."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from firstwin.web.around import Around

INSIDE = "the secret of /u/token for ada@acme.example"


async def breaks(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ValueError(INSIDE)


async def loses_the_database(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise OperationalError("SELECT 1", {}, ConnectionError(INSIDE))


async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the beginning")(scope, receive, send)
    raise ValueError(INSIDE)


async def has_its_own(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("x", headers={"Cache-Control": "max-age=60"})(scope, receive, send)


async def asked(app: object, *, https: bool = False) -> httpx.Response:
    transport = httpx.ASGITransport(Around(app, https=https), raise_app_exceptions=True)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/u/token")


def get(app: object, *, https: bool = False) -> httpx.Response:
    return asyncio.run(asked(app, https=https))


def test_a_fault_of_ours_tells_nothing_of_the_inside(capsys: pytest.CaptureFixture[str]) -> None:
    answer = get(breaks)
    assert answer.status_code == 500
    assert (answer.json()["success"], answer.json()["code"]) == (False, "failed")
    assert INSIDE not in answer.text
    assert "Traceback" not in answer.text
    assert "web.failed" in capsys.readouterr().out  # it is told to whoever reads the log


def test_a_database_that_is_away_is_503() -> None:
    answer = get(loses_the_database)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"
    assert INSIDE not in answer.text


def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    assert get(breaks_off).text == "the beginning"


def test_an_answer_may_have_headers_of_its_own() -> None:
    headers = get(has_its_own).headers
    assert headers.get_list("cache-control") == ["max-age=60"]
    assert headers["x-frame-options"] == "DENY"


def test_browsers_keep_to_https_where_the_site_is_served_so() -> None:
    assert "strict-transport-security" not in get(has_its_own).headers
    assert "max-age" in get(has_its_own, https=True).headers["strict-transport-security"]
