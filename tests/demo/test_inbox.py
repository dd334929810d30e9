"""The local inbox takes what the real senders send, and shows it as its receiver sees it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from firstwin.demo.inbox import Inbox
from firstwin.demo.inbox_message import Received
from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.senders.contract import Accepted, Answer, Refused
from firstwin.senders.load import load_senders

NOW = datetime(2026, 3, 29, 10, 30, tzinfo=UTC)
MAIL = Mail(
    key="d-1",
    to="anna@example.com",
    subject="Übermorgen: your report",
    html="<html><head></head><body><p>Hello <b>Anna</b></p></body></html>",
    text="Hello\nAnna",
)
ALERT = AlertCard(
    key="d-2",
    title="Acme & Sons",
    body="No <!channel> report",
    why="data is connected",
    since="Tuesday",
    next_step="Call.",
    fields=(("Plan", "pro"),),
    link="https://app.example.com/a1?x=1&y=2",
    link_label="Open Acme",
)
PAYLOAD = Payload(key="d-3", type="account.stalled", data={"account": "a1"})
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    """One for all tests here: each looks at what it has sent itself."""
    box = Inbox(lambda: NOW)
    box.start()
    yield box
    box.stop()


def settings(box: Inbox) -> Mapping[str, Mapping[str, object]]:
    return {
        "mail": {"type": "smtp", "host": "127.0.0.1", "port": box.smtp_port, "from": "Acme <hello@acme.io>"},
        "slack": {"type": "slack", "url": f"{box.url}/slack/cs-anna", "allow_private": True},
        "crm": {"type": "webhook", "url": f"{box.url}/webhook/crm", "secret": "c2VjcmV0", "allow_private": True},
        "all": {"type": "inbox", "url": f"{box.url}/messages"},
    }


def sent(box: Inbox, name: str, message: Message) -> Answer:
    async def send() -> Answer:
        sender = load_senders(settings(box))[name]
        answer = await sender.send(message)
        await sender.close()
        return answer

    return asyncio.run(send())


def received(box: Inbox, name: str, message: Message) -> Received:
    assert isinstance(sent(box, name, message), Accepted)
    return box.messages[-1]


def ask(method: str, url: str, **more: Any) -> httpx.Response:
    with httpx.Client(trust_env=False, verify=False) as browser:  # noqa: S501 - plain HTTP; loading authorities is slow
        return browser.request(method, url, **more)


def get(box: Inbox, path: str, **headers: str) -> httpx.Response:
    return ask("GET", box.url + path, headers=headers)


def posted(box: Inbox, path: str, content: Any, **headers: str) -> httpx.Response:
    return ask("POST", box.url + path, json=content, headers=headers)


def words(message: Received) -> list[list[str]]:
    return [["".join(run.text for run in runs) for runs in block.runs] for block in message.blocks]


# ---- what comes -----------------------------------------------------------------------------------------------------


def test_a_mail_over_smtp_is_read_as_its_recipient_reads_it(inbox: Inbox) -> None:
    mail = received(inbox, "mail", MAIL)
    assert (mail.kind, mail.title, mail.sender, mail.to) == ("mail", MAIL.subject, "Acme", "anna@example.com")
    assert (mail.text, mail.html, mail.preview) == (MAIL.text, MAIL.html, "Hello Anna")
    assert mail.at == NOW
    assert ("Auto-Submitted", "auto-generated") in mail.headers
    assert mail.key.endswith("@acme.io")


def test_an_alert_through_slack_and_one_through_the_inbox_look_the_same(inbox: Inbox) -> None:
    by_slack, by_inbox = received(inbox, "slack", ALERT), received(inbox, "all", ALERT)
    assert by_slack.blocks == by_inbox.blocks
    assert words(by_slack) == [
        ["Acme & Sons"],
        ["No <!channel> report"],
        ["Why", "data is connected", "Since", "Tuesday", "Suggested next step", "Call."],
        ["Plan", "pro"],
        ["Open Acme"],
    ]
    assert by_slack.blocks[-1].runs[0][0].href == ALERT.link
    assert by_slack.blocks[2].runs[0][0].bold
    assert (by_slack.to, by_inbox.key) == ("#cs-anna", "d-2")


def test_a_webhook_is_kept_with_its_signature(inbox: Inbox) -> None:
    webhook = received(inbox, "crm", PAYLOAD)
    assert (webhook.kind, webhook.title, webhook.key, webhook.to) == ("webhook", "account.stalled", "d-3", "crm")
    assert webhook.data == {"type": "account.stalled", "data": {"account": "a1"}}
    assert [name for name, _ in webhook.headers] == ["webhook-id", "webhook-timestamp", "webhook-signature"]


@pytest.mark.parametrize("message", [MAIL, ALERT, PAYLOAD])
def test_the_inbox_sender_brings_anything(inbox: Inbox, message: Message) -> None:
    assert received(inbox, "all", message).key == message.key


def test_a_mention_that_got_through_is_shown_as_the_mention_that_it_would_be(inbox: Inbox) -> None:
    posted(
        inbox, "/slack", {"text": "Look <!channel>, *now* or <https://a.io/?a=1&amp;b=2> &lt;b&gt; <javascript:x|y>"}
    )
    (runs,) = inbox.messages[-1].blocks[0].runs
    assert [(run.text, run.bold, run.href) for run in runs] == [
        ("Look ", False, ""),
        ("@channel", True, ""),
        (", ", False, ""),
        ("now", True, ""),
        (" or ", False, ""),
        ("https://a.io/?a=1&b=2", False, "https://a.io/?a=1&b=2"),
        (" <b> ", False, ""),
        ("y", False, ""),
    ]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/messages", []),
        ("/messages", {"kind": "alert"}),
        ("/messages", {"kind": "alert", "message": {"title": "x", "unknown": 1}}),
        ("/messages", {"kind": "alert", "message": {**vars(ALERT), "title": 7}}),
        ("/messages", {"kind": "alert", "message": {**vars(ALERT), "fields": [7]}}),
        ("/messages", {"kind": "mail", "message": {"subject": 7}}),
        ("/slack", ["x"]),
    ],
)
def test_what_is_no_message_is_refused(inbox: Inbox, path: str, content: object) -> None:
    before = inbox.messages
    assert posted(inbox, path, content).status_code == 400
    assert inbox.messages == before


@pytest.mark.parametrize("blocks", [7, [7], [{"type": "header"}], [{"type": "section", "fields": [7]}], {"a": 1}])
def test_blocks_that_slack_would_not_take_do_no_harm(inbox: Inbox, blocks: object) -> None:
    assert posted(inbox, "/slack", {"text": "hello", "blocks": blocks}).status_code in {200, 400}


def test_only_json_is_taken_so_that_no_form_of_another_page_can_post(inbox: Inbox) -> None:
    before = inbox.messages
    answer = ask("POST", f"{inbox.url}/slack", data={"text": "x"})
    assert answer.status_code == 415
    assert (
        ask("POST", f"{inbox.url}/slack", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    )
    assert posted(inbox, "/webhook", "x" * 2_100_000).status_code == 413
    assert inbox.messages == before


def test_another_name_for_this_machine_is_not_served(inbox: Inbox) -> None:
    assert get(inbox, "/messages.json", Host="evil.example").status_code == 400


# ---- what is shown --------------------------------------------------------------------------------------------------


def test_the_page_asks_only_for_what_is_new(inbox: Inbox) -> None:
    mail, alert = received(inbox, "mail", MAIL), received(inbox, "slack", ALERT)
    everything = get(inbox, "/messages.json").json()
    newer = get(inbox, f"/messages.json?after={mail.id}").json()
    assert everything["now"] == "2026-03-29T10:30:00+00:00"
    assert [message["id"] for message in everything["messages"]][-2:] == [mail.id, alert.id]
    assert [message["kind"] for message in newer["messages"]] == ["alert"]
    assert everything["messages"][-2]["html"] is True
    assert get(inbox, "/messages.json?after=x").status_code == 200


def test_a_mail_is_served_in_a_sandbox_where_nothing_runs(inbox: Inbox) -> None:
    answer = get(inbox, f"/mail/{received(inbox, 'mail', MAIL).id}")
    policy = answer.headers["content-security-policy"]
    assert answer.text == MAIL.html.replace("<head>", '<head><base target="_blank">')
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_and_all_that_it_loads_come_from_here(inbox: Inbox) -> None:
    page = get(inbox, "/")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for path, kind in (("/inbox.css", "text/css"), ("/inbox.js", "text/javascript")):
        assert path in page.text
        assert get(inbox, path).headers["content-type"].startswith(kind)
    assert "innerHTML" not in get(inbox, "/inbox.js").text


def test_what_is_not_there_is_not_found(inbox: Inbox) -> None:
    alert = received(inbox, "slack", ALERT)
    for path in (f"/mail/{alert.id}", "/mail/9999", "/mail/x", "/nothing"):
        assert get(inbox, path).status_code == 404


def test_markup_in_customer_data_is_never_served_as_markup(inbox: Inbox) -> None:
    received(inbox, "mail", Mail(key="k", to="a@b.io", subject=EVIL, html=EVIL, text=EVIL))
    received(inbox, "slack", AlertCard("k", EVIL, EVIL, EVIL, EVIL, EVIL, ((EVIL, EVIL),), link_label=EVIL))
    answer = get(inbox, "/messages.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {message["title"] for message in answer.json()["messages"]} >= {EVIL}
    assert EVIL not in get(inbox, "/").text


# ---- its life -------------------------------------------------------------------------------------------------------


def test_several_inboxes_run_beside_each_other() -> None:
    boxes = [Inbox(lambda: NOW) for _ in range(3)]
    for box in boxes:
        box.start()
    for box in boxes:
        received(box, "mail", MAIL)
    for box in boxes:
        box.stop()
    assert [len(box.messages) for box in boxes] == [1, 1, 1]


def test_it_stops_while_a_sender_still_holds_a_connection() -> None:
    threads = threading.active_count()
    box = Inbox(lambda: NOW)
    box.start()

    async def send_and_stop() -> Answer:
        sender = load_senders(settings(box))["mail"]
        answer = await sender.send(MAIL)
        await asyncio.to_thread(box.stop)
        late = await sender.send(MAIL)
        await sender.close()
        assert not isinstance(late, Accepted | Refused)
        return answer

    assert isinstance(asyncio.run(send_and_stop()), Accepted)
    assert threading.active_count() == threads


def test_one_that_was_never_started_can_be_stopped() -> None:
    Inbox(lambda: NOW).stop()


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with pytest.raises(OSError, match="in use"):
        Inbox(lambda: NOW, smtp_port=(first := Inbox(lambda: NOW)).smtp_port)
    first.stop()
