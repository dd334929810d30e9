import json
from pathlib import Path

import pytest

from tests.cli.given import Run, did, later, signups

MARCH = ("tick", "--from", "2026-03-02", "--to", "2026-03-04", "--every", "1d", "--json")


@pytest.fixture
def nudged(run: Run, folder: Path) -> str:
    """The id of the nudge that a replay made for an account that did not log in, found as a user finds it."""
    facts = folder / "facts.jsonl"
    facts.write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(facts))
    name = json.loads(run("-p", str(folder), *MARCH).stdout)["run"]
    told = run("-p", str(folder), "explain", "first-login", "blue", "--run", name).stdout
    return told.partition("firstwin replay ")[2].partition("`")[0]


def test_the_same_answer_ends_with_zero(run: Run, folder: Path, nudged: str) -> None:
    told = run("-p", str(folder), "replay", nudged).stdout
    assert "The same answer comes" in told
    assert "logged in since the start" in told
    assert json.loads(run("-p", str(folder), "replay", nudged, "--json").stdout)["same"] is True


def test_another_answer_says_which_clause_differs_and_why(run: Run, folder: Path, nudged: str) -> None:
    more = folder / "more.jsonl"
    more.write_text(json.dumps(did("blue", "logged_in", later(1))) + "\n")
    run("-p", str(folder), "import", "--history", str(more))
    told = run("-p", str(folder), "replay", nudged, code=1).stdout
    assert "logged in since the start: then false (0 facts), now true (1 facts" in told
    assert "added to the past" in told
    assert "Now: skip, gate_false" in told


def test_of_somebody_forgotten_another_answer_comes(run: Run, folder: Path) -> None:
    (folder / "rules/hers.yaml").write_text(
        "about: person\nwhen: signed_up\nafter: 24 hours\nunless: logged_in\n"
        "then: {email: first-login, to: person}\nagain: never\nfeed: sparse\n"
    )
    facts = folder / "facts.jsonl"
    facts.write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(facts))
    name = json.loads(run("-p", str(folder), *MARCH).stdout)["run"]
    shown = json.loads(run("-p", str(folder), "explain", "hers", "ada-blue", "--run", name, "--json").stdout)
    nudge = shown["starts"][0]["steps"][0]["nudge"]["id"]
    run("-p", str(folder), "forget", "ada-blue", "--yes")
    told = run("-p", str(folder), "replay", str(nudge), code=1).stdout
    assert "erased by `firstwin forget`" in told


def test_there_is_no_such_nudge(run_alone: Run, folder: Path) -> None:
    assert "no nudge 99" in run_alone("-p", str(folder), "replay", "99", code=2).stderr
