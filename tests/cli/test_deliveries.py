import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.demo.inbox import Inbox
from firstwin.outbox.bounces import Told, take
from firstwin.outbox.suppressions import AddressHash
from firstwin.settings import load
from tests.cli.given import Run, make_project, signups

MARCH = ("tick", "--from", "2026-03-02", "--to", "2026-03-04", "--every", "1d", "--send", "--json")


def a_replay(run: Run, folder: Path) -> str:
    """One signup, and the days after it: two mails and an alert are to go out. The name of its run."""
    facts = folder / "facts.jsonl"
    facts.write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(facts))
    name: str = json.loads(run("-p", str(folder), *MARCH).stdout)["run"]
    return name


def listed(run: Run, folder: Path, name: str, *filters: str) -> list[dict[str, Any]]:
    command = ("deliveries", "list", "--run", name, *filters, "--json")
    found: list[dict[str, Any]] = json.loads(run("-p", str(folder), *command).stdout)
    return found


def test_deliveries_are_listed_filtered_and_shown(run: Run, sending_folder: Path) -> None:
    name = a_replay(run, sending_folder)
    newest, *others = listed(run, sending_folder, name)
    assert [newest["rule"], *(d["rule"] for d in others)] == ["first-login", "welcome", "welcome"]
    for filters, count in {
        ("--limit", "1"): 1,
        ("--rule", "welcome"): 2,
        ("--channel", "alert"): 1,
        ("--state", "dead"): 0,
        ("--account", "blue", "--destination", "mail"): 2,
        ("--account", "cedar"): 0,
    }.items():
        assert len(listed(run, sending_folder, name, *filters)) == count, filters
    shown = json.loads(run("-p", str(sending_folder), "deliveries", "show", str(newest["id"]), "--json").stdout)
    assert [clause["holds"] for clause in shown["nudge"]["evidence"]]
    assert [attempt["outcome"] for attempt in shown["attempt_log"]] == ["accepted"]
    assert datetime.fromisoformat(shown["settled_at"]).tzinfo is not None


def test_people_get_tables(run_alone: Run, sending_folder: Path) -> None:
    name = a_replay(run_alone, sending_folder)
    table = run_alone("-p", str(sending_folder), "deliveries", "list", "--run", name).stdout
    assert "first-login" in table
    shown = run_alone("-p", str(sending_folder), "deliveries", "show", "1").stdout
    assert "accepted" in shown


def test_people_are_told_what_became_of_a_mail(run_alone: Run, sending_folder: Path) -> None:
    a_replay(run_alone, sending_folder)
    with App.open(load(sending_folder)) as app, write(app.engine) as connection:
        (name,) = connection.scalars(select(tables.delivery.c.provider_id).where(tables.delivery.c.id == 1))
        take(
            connection,
            AddressHash(("s" * 32,)),
            "ses",
            [Told("complaint", "x@y.example", "e1", None, (name,), "abuse")],
        )
    shown = run_alone("-p", str(sending_folder), "deliveries", "show", "1").stdout
    assert "What became of it" in shown
    assert "abuse" in shown
    assert "Told by mail providers: 1 complaint." in run_alone("-p", str(sending_folder), "status").stdout


def test_what_is_not_there_is_told(run_alone: Run, folder: Path) -> None:
    assert "no delivery 999" in run_alone("-p", str(folder), "deliveries", "show", "999", code=2).stderr
    assert "No delivery was made yet" in run_alone("-p", str(folder), "deliveries", "list", "--state", "dead").stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--why", "test"), "Say which"), (("1",), "--why"), (("--why", "test", "--rule", "welcome"), "None of these")],
)
def test_sending_again_wants_to_know_which_and_why(
    run_alone: Run, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    assert says in run_alone("-p", str(folder), "deliveries", "replay", *arguments, code=2).stderr


def test_a_dead_delivery_goes_out_when_a_person_says_yes(run: Run, tmp_path: Path, inbox: Inbox) -> None:
    folder = make_project(tmp_path / "project", inbox)
    template = folder / "templates" / "mail" / "welcome.md"
    good = template.read_text()
    template.write_text("---\nsubject: Hi\n---\nHi {{ account.seats_left | round }}.\n")
    name = a_replay(run, folder)
    template.write_text(good)
    again = ("-p", str(folder), "deliveries", "replay", "--why", "mended", "--rule", "welcome", "--run", name)
    assert run(*again, code=1, typed="n\n").stdout.startswith("Send again")
    assert "Scheduled again: 1 of 1." in run(*again, typed="y\n").stdout
    run("-p", str(folder), *MARCH)
    assert {d["state"] for d in listed(run, folder, name)} == {"delivered"}
    assert "Welcome" in {message.title for message in inbox.messages}


def test_what_arrived_is_not_sent_again(run_alone: Run, sending_folder: Path) -> None:
    a_replay(run_alone, sending_folder)
    told = run_alone("-p", str(sending_folder), "deliveries", "replay", "1", "2", "--why", "test", "--yes").stdout
    assert "Scheduled again: 0 of 2." in told
