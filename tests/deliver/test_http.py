"""The whole way with real senders and a real server on the other side."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import clock, read
from firstwin.outbox.states import State
from firstwin.senders.load import load_senders
from tests.deliver.given import a_deliverer, companies
from tests.outbox.given import NOON, deliveries, force, passes, row_of, rows, state_of, states

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLKSw"
Request = tuple[dict[str, str], dict[str, Any]]


@contextmanager
def a_sink(answer: Callable[[int], web.Response]) -> Iterator[tuple[str, list[Request]]]:
    """A server that keeps every request and answers the n-th as told; its address, and the requests."""
    requests: list[Request] = []
    ready, loop = threading.Event(), asyncio.new_event_loop()
    address: list[str] = []

    async def take(request: web.Request) -> web.Response:
        requests.append(
            ({name.lower(): value for name, value in request.headers.items()}, json.loads(await request.read()))
        )
        return answer(len(requests))

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait(10)
    try:
        yield address[0], requests
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def webhook(url: str) -> dict[str, dict[str, object]]:
    return {"crm": {"type": "webhook", "url": url, "secret": SECRET, "allow_private": True}}


def test_a_webhook_arrives_with_its_key_and_body(engine: Engine, tmp_path: Path) -> None:
    ids = deliveries(engine, 40)
    companies(engine, range(40))
    with a_sink(lambda _: web.Response()) as (url, requests):
        a_deliverer(engine, tmp_path, {**load_senders(webhook(url))}).run()
    assert {headers["webhook-id"] for headers, _ in requests} == {row_of(engine, id_).key for id_ in ids}
    assert len(requests) == 40
    bodies = sorted(
        (body for _, body in requests), key=lambda body: body["data"]["account"]
    )  # they go out side by side
    assert bodies[0] == {"type": "account.stalled", "data": {"account": "acme-0000", "plan": "pro"}}
    assert states(engine) == {"delivered": 40}


def test_a_message_that_cannot_be_rendered_never_reaches_the_wire(engine: Engine, tmp_path: Path) -> None:
    broken, fine = deliveries(engine, 2)
    companies(engine, [1])
    with a_sink(lambda _: web.Response()) as (url, requests):
        a_deliverer(engine, tmp_path, {**load_senders(webhook(url))}).run()
    assert [body["data"]["account"] for _, body in requests] == ["acme-0001"]
    assert (row_of(engine, broken).state, row_of(engine, broken).reason) == ("dead", "render_error")
    assert state_of(engine, fine) is State.DELIVERED


@pytest.mark.parametrize(
    ("status", "headers", "state", "reason"),
    [
        (503, {}, "retry_wait", "http_503"),
        (429, {"Retry-After": "3600"}, "retry_wait", "http_429"),
        (404, {}, "dead", "refused"),
        (302, {"Location": "http://127.0.0.1/"}, "dead", "refused"),
    ],
)
def test_what_a_server_answers_decides(
    engine: Engine, tmp_path: Path, status: int, headers: dict[str, str], state: str, reason: str
) -> None:
    (id_,) = deliveries(engine)
    companies(engine, [0])
    with a_sink(lambda _: web.Response(status=status, headers=headers)) as (url, requests):
        deliverer = a_deliverer(engine, tmp_path, {**load_senders(webhook(url))})
        deliverer.run()
        passes(engine, minutes=30)
        if status == 429:
            deliverer.run()
    assert len(requests) == 1
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == (state, reason)


TO_WAIT = [  # what a server says, and how long the message then waits, in seconds: as asked, or as the schedule has it
    ("7", 7),
    ("90", 90),
    ("{date}", 90),
    ("soon", 5),
    ("-30", 5),
    ("99999999999", 7 * 24 * 3600),
    ("", 5),
]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("said", "seconds"), TO_WAIT)
def test_what_a_server_asks_for_is_waited_for_in_full(
    engine: Engine, tmp_path: Path, status: int, said: str, seconds: int
) -> None:
    """Seconds, a date, and nonsense; through the sender that speaks HTTP. One request too many costs no attempt."""
    (id_,) = deliveries(engine)
    companies(engine, [0])
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    headers = {"Retry-After": said.format(date=date)}
    with a_sink(lambda _: web.Response(status=status, headers=headers)) as (url, requests):
        deliverer = a_deliverer(engine, tmp_path, {**load_senders(webhook(url))})
        began = real_time(engine)
        deliverer.run()
        ended = real_time(engine)
        force(engine, id_, due_at=NOON)
        deliverer.run()
        row = row_of(engine, id_)
        assert len(requests) == 1 or real_time(engine) >= row.retry_at
    assert (row.state, row.reason) == ("retry_wait", f"http_{status}")
    if len(requests) == 1:
        assert row.attempts == int(status == 503)
        whole = timedelta(seconds=1)  # dates have no fractions
        assert began - whole <= row.retry_at - timedelta(seconds=seconds) <= ended + whole


def real_time(engine: Engine) -> datetime:
    with read(engine) as connection:
        return clock(connection)


def test_a_server_that_recovers_gets_the_same_key_again(engine: Engine, tmp_path: Path) -> None:
    (id_,) = deliveries(engine)
    companies(engine, [0])
    with a_sink(lambda number: web.Response(status=500 if number < 3 else 200)) as (url, requests):
        deliverer = a_deliverer(engine, tmp_path, {**load_senders(webhook(url))})
        for _ in range(3):
            deliverer.run()
            passes(engine, minutes=10)
    assert len({headers["webhook-id"] for headers, _ in requests}) == 1
    assert state_of(engine, id_) is State.DELIVERED
    assert [row.outcome for row in rows(engine, tables.attempt)] == ["retry", "retry", "accepted"]
    assert row_of(engine, id_).attempts == 3
