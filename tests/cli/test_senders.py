import json
from pathlib import Path

from firstwin.demo.inbox import Inbox
from tests.cli.given import Run


def test_senders_and_types_are_listed(run_alone: Run, folder: Path) -> None:
    found = json.loads(run_alone("-p", str(folder), "senders", "list", "--json").stdout)
    assert found["senders"] == {"mail": "smtp", "cs": "inbox"}
    assert {"smtp", "slack", "webhook", "inbox"} <= set(found["types"])
    assert "cs" in run_alone("-p", str(folder), "senders", "list").stdout


def test_a_test_message_arrives(run_alone: Run, sending_folder: Path, inbox: Inbox) -> None:
    told = run_alone("-p", str(sending_folder), "senders", "test", "mail", "--to", "me@acme.example").stdout
    assert "mail: accepted" in told
    assert [message.to for message in inbox.messages] == ["me@acme.example"]


def test_a_sender_that_does_not_work_is_told_with_the_reason(run_alone: Run, folder: Path) -> None:
    told = run_alone("-p", str(folder), "senders", "test", "mail", "--to", "me@acme.example", code=2).stderr
    assert told.startswith("mail: retry")


def test_a_sender_that_is_not_declared_is_suggested(run_alone: Run, folder: Path) -> None:
    assert "Did you mean `mail`?" in run_alone("-p", str(folder), "senders", "test", "mial", code=2).stderr
