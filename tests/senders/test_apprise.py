"""What becomes of an alert when Apprise writes the requests: they go our way, and nothing goes another."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import apprise
import pytest
import requests
from apprise.decorators import notify
from pydantic import SecretStr

from firstwin.senders.apprise import Apprise
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.load import check_settings, load_senders
from tests.senders.http_faults import Answering, freeze_after_reading
from tests.senders.rigs import ALERT, TOKEN, Sending, made
from tests.senders.serving import served, unused_port

FULL = replace(ALERT, fields=(("Plan", "pro"),), link="https://acme.io/a/1", possible_repeat=True)


def answer_of(url: str, **settings: object) -> Answer:
    async def send() -> Answer:
        (sender,) = load_senders({"it": {"type": "apprise", "url": url, **settings}}).values()
        try:
            return await sender.send(ALERT)
        finally:
            await sender.close()

    return asyncio.run(send())


def problem(url: str, **settings: object) -> str:
    (said,) = check_settings({"it": {"type": "apprise", "url": url, **settings}})
    return said


def test_all_of_the_alert_is_said() -> None:
    server = Answering()
    assert isinstance(Sending("apprise", server, FULL).answer(), Accepted)
    (request,) = server.requests
    assert request.line == f"POST /hooks/{TOKEN}?key=k3yInTheQuery HTTP/1.1"
    assert request.headers["user-agent"] == "Firstwin"
    said = json.loads(request.body)
    assert (said["title"], said["type"]) == ("Acme has stalled", "warning")
    assert said["message"].split("\n\n") == [
        "Possibly a repeat: an earlier attempt got no answer.",
        "No report yet.",
        "Why: connected data",
        "Since: 2 days",
        "Suggested next step: Call.",
        "Plan: pro",
        "Open the account: https://acme.io/a/1",
    ]


def test_letters_of_any_language_arrive() -> None:
    server = Answering()
    assert isinstance(Sending("apprise", server, replace(ALERT, title="Café ☕ 東京")).answer(), Accepted)
    assert json.loads(server.requests[0].body)["title"] == "Café ☕ 東京"


def test_html_of_a_customer_is_text_where_the_service_reads_html() -> None:
    server = Answering(body=b'{"ok": true}')

    async def send() -> Answer:
        async with served(server) as port:
            url = f"form://127.0.0.1:{port}/?format=html"
            (sender,) = load_senders({"it": {"type": "apprise", "url": url, "allow_private": True}}).values()
            answer = await sender.send(replace(ALERT, body="<b>bold</b>"))
            await sender.close()
            return answer

    assert isinstance(asyncio.run(send()), Accepted)
    assert b"%3Cb%3E" not in server.requests[0].body
    assert b"%26lt%3Bb%26gt%3B" in server.requests[0].body


@pytest.mark.parametrize("private", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1"])
def test_a_private_address_is_refused(private: str) -> None:
    assert answer_of(f"jsons://{private}/x") == Refused(
        "forbidden_address", detail=answer_of(f"jsons://{private}/x").detail
    )


def test_a_network_that_is_allowed_does_not_allow_another() -> None:
    answer = answer_of(f"json://127.0.0.1:{unused_port()}/x", allow_private=["10.0.0.0/8"])
    assert isinstance(answer, Refused)
    assert answer.reason == "forbidden_address"


def test_an_answer_with_a_good_status_in_which_the_service_says_no_is_tried_again() -> None:
    def reads(body: bytes) -> Answer:
        async def send() -> Answer:
            async with served(Answering(body=body)) as port:
                sender = made("apprise", port, url=f"enigma2://127.0.0.1:{port}/{TOKEN}")
                answer = await sender.send(ALERT)
                await sender.close()
                return answer

        return asyncio.run(send())

    assert reads(b'{"result": true}') == Accepted(detail='{"result": true}')
    said_no = reads(b'{"result": false, "message": "asleep"}')
    assert isinstance(said_no, Retry)
    assert said_no.reason == "apprise_not_sent"
    assert "asleep" in said_no.detail


# ---- what a plugin may not do ---------------------------------------------------------------------------------------


def by_socket() -> None:
    socket.create_connection(("127.0.0.1", 9))


def by_name() -> None:
    socket.getaddrinfo("secret-in-a-name.example.com", 53)


def by_program() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.parametrize("way", [by_socket, by_name, by_program])
def test_a_plugin_that_reaches_out_by_itself_is_stopped(way: Callable[[], None]) -> None:
    @notify(on="straying", name="Straying")  # type: ignore[untyped-decorator, no-untyped-call]
    def straying(*_: object, **__: object) -> bool:
        way()
        return True

    try:
        sender = Apprise("it", Apprise.Settings.model_construct(url=SecretStr("straying://"), allow_private=False))
        answer = asyncio.run(sender.send(ALERT))
    finally:
        apprise.plugins.N_MGR.remove("straying")  # type: ignore[no-untyped-call]
    assert isinstance(answer, Refused)
    assert answer.reason == "not_over_http"


def test_what_apprise_sends_over_http_needs_no_thread_of_its_own() -> None:
    """Before Python 3.12 nothing tells of a thread before it runs."""
    sources = [file.read_text() for file in Path(apprise.plugins.__path__[0]).rglob("*.py")]
    over_http = [source for source in sources if re.search(r"^import requests$", source, re.MULTILINE)]
    assert len(over_http) > 140
    assert [source for source in over_http if re.search(r"\bThread\(|Executor\(|multiprocessing", source)] == []


def test_other_threads_send_as_ever() -> None:
    async def get() -> int:
        async with served(Answering()) as port:
            made("apprise", port)
            found = await asyncio.to_thread(requests.get, f"http://127.0.0.1:{port}/", timeout=5)
            return found.status_code

    assert asyncio.run(get()) == 200


# ---- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "is empty"),
        ("nonsense", "is not an address that Apprise can use; https://"),
        ("https://nowhere.example/x", "is not an address that Apprise can use"),
        ("nosuch://host/x", "is not an address that Apprise can use"),
        ("discord://", "is not an address that Apprise can use"),
        ("mailto://anna:pass@gmail.com", "not reached over HTTP"),
        ("syslog://", "not reached over HTTP"),
        ("irc://host/#room", "not reached over HTTP"),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12345/67890", "names 2 targets"),
        ("json://example.com/x", "begins with json://, which goes in the open; use jsons://"),
        ("ntfy://topic", "use ntfys://"),
    ],
)
def test_what_cannot_be_sent_to_is_told_at_once(url: str, told: str) -> None:
    said = problem(url)
    assert told in said
    assert said.startswith("senders.it")


def test_no_problem_holds_the_address() -> None:
    for url in ("nosuch://anna:s3cretPass@host", "json://host/s3cretPass", "mailto://anna:s3cretPass@gmail.com"):
        assert "s3cretPass" not in problem(url)


def test_what_the_address_says_of_retries_and_failing_quietly_does_not_count() -> None:
    server = Answering(500)

    async def send() -> Answer:
        async with served(server) as port:
            sender = made("apprise", port, url=f"json://127.0.0.1:{port}/x?retry=3&wait=0&optional=yes&redirect=yes")
            answer = await sender.send(ALERT)
            await sender.close()
            return answer

    assert isinstance(asyncio.run(send()), Retry)
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed_even_if_the_address_asks_for_it() -> None:
    target = Answering()

    async def send() -> Answer:
        async with served(target) as elsewhere:
            redirecting = Answering(307, b"", {"Location": f"http://127.0.0.1:{elsewhere}/elsewhere"})
            async with served(redirecting) as port:
                sender = made("apprise", port, url=f"json://127.0.0.1:{port}/x?redirect=yes")
                answer = await sender.send(ALERT)
                await sender.close()
                return answer

    answer = asyncio.run(send())
    assert isinstance(answer, Refused)
    assert answer.reason == "http_307"
    assert target.requests == []


def test_a_message_that_is_taken_back_leaves_nothing_behind() -> None:
    """Else the process would wait for the thread until the deadline."""

    async def send() -> None:
        async with served(freeze_after_reading) as port:
            sender = made("apprise", port)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(sender.send(ALERT), 0.3)
            await sender.close()

    began = time.monotonic()
    asyncio.run(send())
    assert time.monotonic() - began < 5
