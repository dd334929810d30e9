import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from firstwin.demo.inbox import Inbox
from tests.cli.given import Run, make_project, signups

MARCH = ("tick", "--from", "2026-03-01", "--to", "2026-03-05", "--every", "1d", "--send")


@pytest.fixture
def sent(run: Run, tmp_path: Path, inbox: Inbox) -> Run:
    """One signup a day ago in a replay: two mails and an alert went out. The commands know their project."""
    folder = make_project(tmp_path / "project", inbox)
    (tmp_path / "facts.jsonl").write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(tmp_path / "facts.jsonl"))
    run("-p", str(folder), *MARCH)
    return lambda *arguments, code=0, typed=None: run("-p", str(folder), *arguments, code=code, typed=typed)


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    name = json.loads(run(*MARCH, "--json").stdout)["run"]
    found: list[dict[str, Any]] = json.loads(run("deliveries", "list", "--run", name, *arguments, "--json").stdout)
    return found


def test_the_newest_come_first(sent: Run) -> None:
    assert [d["rule"] for d in listed(sent)] == ["first-login", "welcome", "welcome"]
    assert [d["rule"] for d in listed(sent, "--limit", "1")] == ["first-login"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (("--rule", "welcome"), 2),
        (("--channel", "alert"), 1),
        (("--state", "delivered"), 3),
        (("--state", "dead"), 0),
        (("--account", "blue", "--destination", "mail"), 2),
        (("--account", "cedar"), 0),
    ],
)
def test_filters_narrow_the_list(sent: Run, filters: tuple[str, ...], count: int) -> None:
    assert len(listed(sent, *filters)) == count


def test_a_delivery_shows_why_and_each_attempt(sent: Run) -> None:
    newest = listed(sent)[0]["id"]
    shown = json.loads(sent("deliveries", "show", str(newest), "--json").stdout)
    assert shown["nudge"]["evidence"][0]["says"]
    assert [attempt["outcome"] for attempt in shown["attempt_log"]] == ["accepted"]
    assert datetime.fromisoformat(shown["settled_at"]).tzinfo is not None
    assert "accepted" in sent("deliveries", "show", str(newest)).stdout


def test_a_delivery_that_is_not_there_is_told(sent: Run) -> None:
    assert "no delivery 999" in sent("deliveries", "show", "999", code=2).stderr


def test_what_arrived_is_not_sent_again(sent: Run) -> None:
    ids = [str(d["id"]) for d in listed(sent)]
    assert "Scheduled again: 0 of 3." in sent("deliveries", "replay", *ids, "--why", "test", "--yes").stdout


def test_replay_wants_to_know_which_and_why(sent: Run) -> None:
    assert "Say which" in sent("deliveries", "replay", "--why", "test", code=2).stderr
    assert "--why" in sent("deliveries", "replay", "1", code=2).stderr
    assert "None of these" in sent("deliveries", "replay", "--why", "test", "--rule", "welcome", code=2).stderr


def test_a_dead_delivery_goes_out_when_a_person_says_yes(run: Run, tmp_path: Path, inbox: Inbox) -> None:
    folder = make_project(tmp_path / "project", inbox)
    template = folder / "templates" / "mail" / "welcome.md"
    good = template.read_text()
    template.write_text("---\nsubject: Hi\n---\nHi {{ account.is_not_there }}.\n")
    (tmp_path / "facts.jsonl").write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(tmp_path / "facts.jsonl"))
    name = json.loads(run("-p", str(folder), *MARCH, "--json").stdout)["run"]
    again = ("deliveries", "replay", "--why", "template mended", "--state", "dead", "--run", name)
    template.write_text(good)
    assert run("-p", str(folder), *again, code=1, typed="n\n").stdout.startswith("Send again")
    assert "Scheduled again: 1 of 1." in run("-p", str(folder), *again, typed="y\n").stdout
    run("-p", str(folder), *MARCH)
    shown = json.loads(run("-p", str(folder), "deliveries", "list", "--run", name, "--json").stdout)
    assert {d["state"] for d in shown} == {"delivered"}
    assert "Welcome" in {message.title for message in inbox.messages}
