"""A whole life with each kind of sender, well and badly: no secret is left in a row, a line of the log, an answer or a repr."""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine, delete, select

from firstwin import telemetry
from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.messages.message import AlertCard, Mail
from firstwin.senders.contract import Sender
from firstwin.tools.deliveries import Wanted, find, find_one
from tests.deliver.given import a_deliverer, companies
from tests.outbox.given import DESTINATIONS, REPLAY, Channel, deliveries
from tests.senders import http_faults as http
from tests.senders.http_faults import Answering
from tests.senders.rigs import RIGS, good_server, made
from tests.senders.serving import Behaviour, served, unused_port
from tests.senders.smtp_faults import Talking

LOGIN = {"username": "firstwin", "password": "p4ss/w0rd+=&<x>"}
WIRE = base64.b64encode(f"\0{LOGIN['username']}\0{LOGIN['password']}".encode()).decode()


def secrets_of(kind: str) -> tuple[str, ...]:
    return RIGS[kind].secrets or ((LOGIN["password"], WIRE) if kind == "smtp" else ())


def over_http(kind: str) -> Iterator[tuple[Behaviour, Mapping[str, object]]]:
    """What the other side does, and what is set besides; all that it says is what nobody may read."""
    said = " ".join(secrets_of(kind)).encode()
    yield good_server(kind), {}
    for status in (200, 302, 400, 404, 410, 429, 503):
        yield Answering(status, said, {"Location": f"https://x.example/{said.decode()}", "Retry-After": "7"}), {}
    yield http.saying(b"HTTP/1.1 " + said + b"\r\n\r\n"), {}
    yield http.saying(b"HTTP/1.1 200 OK\r\n" + said + b"\r\n\r\n"), {}
    yield http.reset_after_reading, {}
    yield http.freeze_after_reading, {"deadline": 0.3}
    yield (
        good_server(kind),
        {"url": f"{RIGS[kind].https}://127.0.0.1:{unused_port()}/{said.decode().replace(' ', '/')}"},
    )
    yield good_server(kind), {"url": f"{RIGS[kind].https}://127.0.0.1:1/x", "allow_private": False}


def over_smtp() -> Iterator[tuple[Behaviour, Mapping[str, object]]]:
    said = f"{LOGIN['password']} {WIRE}"
    greeted = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}
    yield Talking(greeted), LOGIN
    yield Talking({**greeted, "AUTH": f"535 what is {said}?"}), LOGIN
    for phase in ("MAIL", "RCPT", "DATA", "DOT"):
        for code in (451, 554):
            yield Talking({**greeted, phase: f"{code} {said}"}), LOGIN
        yield Talking({**greeted, phase: said}), LOGIN
        yield Talking({**greeted, phase: "reset"}), LOGIN
    yield Talking({"GREETING": said}), LOGIN
    yield Talking({**greeted, "DOT": "freeze"}), {**LOGIN, "deadline": 0.3}


@contextmanager
def beside(behave: Behaviour) -> Iterator[int]:
    """The port of a server that has a thread of its own."""
    ready, port, loop = threading.Event(), list[int](), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with served(behave) as taken:
            port.append(taken)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(30)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
        loop.close()


def channel_of(sender: Sender) -> Channel:
    return "email" if Mail in sender.takes else "alert" if AlertCard in sender.takes else "webhook"


def lived(engine: Engine, tmp_path: Path, kind: str) -> list[Sender]:
    """Each behaviour once, each with a delivery of its own."""
    used = []
    for number, (behave, settings) in enumerate(over_smtp() if kind == "smtp" else over_http(kind)):
        with beside(behave) as port:
            sender = made(kind, port, **settings)
            channel = channel_of(sender)
            with write(engine) as connection:  # the one before may have closed it, or asked for a rest
                connection.execute(delete(tables.destination))
                connection.execute(delete(tables.pause))
            deliveries(engine, 1, channels=(channel,))
            companies(engine, [number])
            a_deliverer(engine, tmp_path, {DESTINATIONS[channel]: sender}).run()
            used.append(sender)
    return used


@pytest.mark.parametrize("kind", [kind for kind in RIGS if secrets_of(kind)])
def test_nothing_secret_is_written_down(
    sqlite_engine: Engine,
    tmp_path: Path,
    kind: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with everything_logged():
        used = lived(sqlite_engine, tmp_path, kind)
    with read(sqlite_engine) as connection:
        dumped = [tuple(row) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]
        attempts = connection.execute(select(tables.attempt)).all()
        listed = find(connection, Wanted(REPLAY, None, None, None, None, None, None))
        shown = [find_one(connection, each["id"]) for each in listed]
    assert len(attempts) >= len(used) - 1  # one may be refused before the wire
    assert len({row.reason for row in attempts}) >= 5
    written = "\n".join(map(str, (dumped, listed, shown, used, caplog.text, *capfd.readouterr())))
    assert [secret for secret in secrets_of(kind) if secret in written] == []


@contextmanager
def everything_logged() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    telemetry.configure(style="json", level="debug")
    root.handlers = [*handlers, *root.handlers]
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
