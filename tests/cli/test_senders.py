import json
from pathlib import Path

from sqlalchemy import Engine

from firstwin.db.engine import clock, write
from firstwin.demo.inbox import Inbox
from firstwin.outbox.destinations import disable, know
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


def test_a_test_mail_goes_where_the_sender_s_alerts_go_unless_it_is_said(
    run_alone: Run, sending_folder: Path, inbox: Inbox
) -> None:
    file = sending_folder / "firstwin.yaml"
    file.write_text(file.read_text().replace("type: smtp,", "type: smtp, to: team@acme.example,"))
    for more in ((), ("--to", "me@acme.example")):
        assert "mail: accepted" in run_alone("-p", str(sending_folder), "senders", "test", "mail", *more).stdout
    assert [message.to for message in inbox.messages] == ["team@acme.example", "me@acme.example"]


def test_a_test_mail_that_goes_nowhere_names_the_option(run_alone: Run, folder: Path) -> None:
    assert "`--to me@example.com`" in run_alone("-p", str(folder), "senders", "test", "mail", code=2).stderr


def test_a_sender_that_does_not_work_is_told_with_the_reason(run_alone: Run, folder: Path) -> None:
    told = run_alone("-p", str(folder), "senders", "test", "mail", "--to", "me@acme.example", code=2).stderr
    assert told.startswith("mail: retry")


def test_a_sender_that_is_not_declared_is_suggested(run_alone: Run, folder: Path) -> None:
    assert "Did you mean `mail`?" in run_alone("-p", str(folder), "senders", "test", "mial", code=2).stderr


def test_each_sender_tells_its_rate_and_how_it_stands(run: Run, folder: Path, engine: Engine) -> None:
    with write(engine) as connection:
        know(connection, ["cs", "mail"])
        disable(connection, {"cs": "http_410"}, clock(connection))
    found = json.loads(run("-p", str(folder), "senders", "list", "--json").stdout)
    assert found["flows"]["cs"] == {"rate": None, "ordered": False}
    assert (found["stand"]["mail"]["stands"], found["stand"]["cs"]["stands"]) == ("well", "disabled")
    assert "nobody could be told" in found["stand"]["cs"]["why"]


def test_a_destination_is_enabled_by_name(run: Run, folder: Path, engine: Engine) -> None:
    with write(engine) as connection:
        know(connection, ["cs"])
        disable(connection, {"cs": "http_410"}, clock(connection))
    assert "takes messages again" in run("-p", str(folder), "senders", "enable", "cs").stdout
    assert "nothing kept messages" in run("-p", str(folder), "senders", "enable", "cs").stdout
    assert "Did you mean `cs`?" in run("-p", str(folder), "senders", "enable", "css", code=2).stderr
