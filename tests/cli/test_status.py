import json
from pathlib import Path

from sqlalchemy import Engine

from firstwin.db.engine import clock, write
from firstwin.facts.intake import Intake, note_intake
from firstwin.facts.posted import Unfit
from tests.cli.given import Run, did, later, signups


def test_each_source_is_told_with_what_it_brought_and_what_was_refused(run: Run, folder: Path, engine: Engine) -> None:
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "keys", "make", "app")
    with write(engine) as connection:
        came = Intake(new=300, lag_ms=600_000, unfit=[Unfit(0, "m1", "it has no event name")])
        note_intake(connection, "shop", came, clock(connection))
    told = run("-p", str(folder), "status").stdout
    (shop,) = (line for line in told.splitlines() if line.strip().startswith("shop"))
    assert shop.split()[:4] == ["shop", "1.00", "2.0", "s"]
    assert shop.rstrip().endswith("it has no event name")
    found = json.loads(run("-p", str(folder), "status", "--json").stdout)["sources"]
    assert [(one["source"], one["rejected"]) for one in found] == [("app", 0), ("shop", 1)]


def test_programs_get_everything_as_json(run: Run, folder: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text(signups("blue", then=lambda account: [did(account, "logged_in", later(1))]) + "not json\n")
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", str(facts))
    run("-p", str(folder), "tick")
    found = json.loads(run("-p", str(folder), "status", "--json").stdout)
    assert (found["accounts"], found["people"], found["unplaced"]) == (1, 1, 0)
    assert {feed["name"]: feed["count"] for feed in found["feeds"]} == {"signed_up": 1, "logged_in": 1}
    assert [rule["id"] for rule in found["rules"]] == ["first-login", "welcome"]
    assert found["broker"] is None
    assert found["wrong"] == ["No worker is running: start `firstwin worker` or `firstwin up`."]


def test_people_get_tables(run_alone: Run, folder: Path) -> None:
    (folder / "old.rejects.jsonl").write_text("{}\n{}\n")
    run_alone("-p", str(folder), "tick")
    told = run_alone("-p", str(folder), "status").stdout
    assert "first-login" in told
    assert "old.rejects.jsonl: 2 lines" in told


def test_before_the_first_tick_there_is_no_empty_table(run_alone: Run, folder: Path) -> None:
    told = run_alone("-p", str(folder), "status").stdout
    assert "No rule was taken up yet" in told
    assert "matched" not in told
