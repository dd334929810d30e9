import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.settings import load
from tests.cli.given import Run, did, later, signups

MARCH = ("tick", "--from", "2026-03-02", "--to", "2026-03-04", "--every", "1d", "--json")
PERSON = """\
about: person
when: signed_up
after: 24 hours
then: {email: welcome, to: person}
again: never
"""


@pytest.fixture
def replayed(run: Run, folder: Path) -> str:
    """Three signups, one of which logs in; and the days after them. The name of the run."""
    facts = folder / "facts.jsonl"
    facts.write_text(signups("blue", "cedar") + signups("fjord", then=lambda a: [did(a, "logged_in", later(3))]))
    (folder / "rules" / "by-person.yaml").write_text(PERSON)
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(facts))
    name: str = json.loads(run("-p", str(folder), *MARCH).stdout)["run"]
    return name


def test_people_see_the_tree_and_the_nudge(run: Run, folder: Path, replayed: str) -> None:
    told = run("-p", str(folder), "explain", "first-login", "blue", "--run", replayed).stdout
    for part in (
        "About each account",
        "✓ unless: logged in since the start  [never] → does not hold",
        "✓ nudge",
        "firstwin replay",
        "Next:",
    ):
        assert part in told, part


def test_what_stopped_it_is_told_with_its_evidence(run: Run, folder: Path, replayed: str) -> None:
    told = run("-p", str(folder), "explain", "first-login", "fjord", "--run", replayed).stdout
    for part in ("✗ unless: logged in since the start  [once, 2026-03-02 15:00] → in the way", "✗ gate_false"):
        assert part in told, part


def test_a_run_goes_by_the_end_of_its_name_too(run: Run, folder: Path, replayed: str) -> None:
    short = replayed.rpartition(" ")[2]
    assert "✓ nudge" in run("-p", str(folder), "explain", "first-login", "blue", "--run", short).stdout
    told = run("-p", str(folder), "explain", "first-login", "blue", "--run", "zzz", code=2).stderr
    assert "There is no run zzz" in told
    assert replayed in told


def test_programs_get_json(run: Run, folder: Path, replayed: str) -> None:
    shown = json.loads(run("-p", str(folder), "explain", "first-login", "fjord", "--run", replayed, "--json").stdout)
    assert shown["starts"][0]["steps"][0]["skips"][0]["reason"] == "gate_false"
    assert shown["conditions"][0]["node"]["count"] == 1
    assert shown["subject"] == "fjord"


@pytest.mark.parametrize(
    ("at", "says"),
    [("2026-03-02T11:00", "never began"), ("2026-03-02T14:00", "it would send"), ("2026-03-02T16:00", "gate_false")],
)
@pytest.mark.usefixtures("replayed")
def test_it_is_told_as_it_was_before_and_after(run: Run, folder: Path, at: str, says: str) -> None:
    assert says in run("-p", str(folder), "explain", "first-login", "fjord", "--at", at).stdout


@pytest.mark.usefixtures("replayed")
def test_of_a_rule_about_people_those_of_an_account_are_listed(run: Run, folder: Path) -> None:
    listed = run("-p", str(folder), "explain", "by-person", "blue").stdout
    assert "ada-blue" in listed
    assert "--person ID" in listed
    for names in (("ada-blue",), ("blue", "--person", "ada-blue")):
        assert "the person ada-blue (Ada Blue)" in run("-p", str(folder), "explain", "by-person", *names).stdout
    assert json.loads(run("-p", str(folder), "explain", "by-person", "blue", "--json").stdout)["people"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("first-logn", "blue"), "There is no rule first-logn. Did you mean `first-login`?"),
        (("first-login", "bleu"), "There is no account bleu. Did you mean `blue`?"),
        (("first-login", "blue", "--at", "monday"), "`monday` is not a time"),
        (("first-login", "blue", "--at", "2999-01-01"), "future"),
        (("first-login", "blue", "--person", "ada-blue"), "about accounts"),
        (("by-person", "blue", "--person", "bob"), "no person bob"),
    ],
)
@pytest.mark.usefixtures("replayed")
def test_what_cannot_be_meant_is_told_in_words(run: Run, folder: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in run("-p", str(folder), "explain", *arguments, code=2).stderr


def test_a_mistake_in_the_files_is_told(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "welcome.yaml").write_text("about: nobody\n")
    assert "welcome.yaml" in run_alone("-p", str(folder), "explain", "first-login", "blue", code=2).stderr


@pytest.mark.parametrize(("reason", "is_known"), [("quiet_hours", True), ("daily_cap", True), ("paused", False)])
def test_of_a_held_delivery_it_is_told_until_when_as_far_as_that_is_known(
    run: Run, sending_folder: Path, reason: str, is_known: bool
) -> None:
    here = ("-p", str(sending_folder))
    facts = sending_folder / "facts.jsonl"
    facts.write_text(signups("blue"))
    run(*here, "migrate")
    run(*here, "import", "--history", str(facts))
    name = json.loads(run(*here, *MARCH, "--send").stdout)["run"]
    due = datetime(2026, 3, 9, 8, tzinfo=UTC)
    with App.open(load(sending_folder)) as app, write(app.engine) as connection:
        connection.execute(update(tables.delivery).values(state="held", reason=reason, settled_at=None, due_at=due))
    shown = " ".join(run(*here, "explain", "first-login", "blue", "--run", name).stdout.split())
    assert f": held: {reason}, " in shown
    assert (", until 2026-03-09 08:00" in shown) == is_known
