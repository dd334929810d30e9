import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import Result

from firstwin.app import App
from firstwin.settings import load
from tests.cli.given import Run, did, signups

GATE = "then: {email: first-login, to: contact}"


@pytest.fixture
def facts(tmp_path: Path) -> str:
    """Three signups of five days ago, one of whom has logged in since, and one who signed up just now."""
    now = datetime.now(UTC)
    then, later = ((now - timedelta(days=days)).isoformat() for days in (5, 4.8))
    lines = signups("blue", "cedar", at=then)
    lines += signups("fjord", at=then, then=lambda account: [did(account, "logged_in", later)])
    path = tmp_path / "facts.jsonl"
    path.write_text(lines)
    return str(path)


@pytest.fixture
def ready(run: Run, folder: Path, facts: str) -> Path:
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", facts)
    return folder


def edit(folder: Path, old: str, new: str, rule: str = "first-login") -> None:
    path = folder / "rules" / f"{rule}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def data(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout)
    return found


def go_live(run: Run, folder: Path) -> str:
    name = str(data(run("-p", str(folder), "plan", "--json", code=1))["hash"])
    run("-p", str(folder), "apply", name, "--yes")
    return name


def test_a_plan_is_told_applied_and_then_there_is_none(run: Run, ready: Path) -> None:
    told = run("-p", str(ready), "plan", code=1).stdout
    assert "welcome: new" in told
    assert told.count("No `backfill` of up to 30 days would take up anybody.") == 2
    assert told.count("`firstwin import --history`: that begins nothing") == 1
    assert "+ About each account" in told
    name = told.split("firstwin apply ")[1].strip()
    assert "Live: 2 rules changed" in run("-p", str(ready), "apply", name, "--yes").stdout
    assert "Nothing changes" in run("-p", str(ready), "plan").stdout


def test_what_a_plan_does_not_play_is_said(run: Run, ready: Path) -> None:
    assert "Left out" not in run("-p", str(ready), "plan", code=1).stdout
    project = ready / "firstwin.yaml"
    more = "quiet_hours: {from: 20:00, until: 08:00}\ncaps: {account: {at_most: 5, in_last: 7 days}}\n"
    project.write_text(project.read_text() + more)
    told = run("-p", str(ready), "plan", code=1).stdout
    assert "Left out: `quiet_hours` and `caps`. `firstwin backtest RULE` tells" in told


def test_an_edit_is_told_with_examples_and_the_clauses_that_differ(run: Run, ready: Path) -> None:
    go_live(run, ready)
    edit(ready, "unless: logged_in\n", "")
    told = run("-p", str(ready), "plan", code=1).stdout
    assert "newly nudged:\n    fjord  " in told
    assert [line.strip()[0] for line in told.splitlines() if "logged in" in line or "24 hours" in line][:2] == [
        "-",
        "+",
    ]
    assert "fjord" not in run("-p", str(ready), "plan", "--examples", "0", code=1).stdout


def test_programs_get_the_same(run: Run, ready: Path) -> None:
    go_live(run, ready)
    edit(ready, "unless: logged_in\n", "")
    found = json.loads(run("-p", str(ready), "plan", "--since", "2w", "--json", code=1).stdout)
    (rule,) = found["rules"]
    assert (rule["rule"], rule["change"], found["since_days"]) == ("first-login", "edited", 14)
    assert rule["newly"]["subjects"] == found["total"]["newly"]["subjects"] == 1
    assert rule["newly"]["examples"][0]["subject"] == "fjord"
    assert json.loads(run("-p", str(ready), "plan", "--since", "2d", "--json", code=1).stdout)["total"]["newly"] == {
        "subjects": 0,
        "nudges": 0,
    }


def test_apply_asks_first_and_refuses_other_files(run: Run, ready: Path) -> None:
    name = str(data(run("-p", str(ready), "plan", "--json", code=1))["hash"])
    run("-p", str(ready), "apply", name, typed="n\n", code=1)
    edit(ready, "24 hours", "48 hours")
    assert "first-login" in run("-p", str(ready), "apply", name, "--yes", code=2).stderr
    run("-p", str(ready), "plan", code=1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "--since", "month"), "is not a length of time"),
        (("apply", "abc"), "No plan is called abc"),
        (("apply", "abc", "--share", "much"), "10%"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(run: Run, ready: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in run("-p", str(ready), *arguments, code=2).stderr


def test_files_with_a_mistake_have_no_plan(run: Run, ready: Path) -> None:
    edit(ready, "about: account", "about: acount")
    assert "rules/first-login.yaml:1:8" in run("-p", str(ready), "plan", code=2).stderr


# ---- go_live: by_plan -----------------------------------------------------------------------------------------------


@pytest.fixture
def gated(ready: Path) -> Path:
    path = ready / "firstwin.yaml"
    path.write_text(path.read_text() + "go_live: by_plan\n")
    return ready


def test_files_that_were_not_applied_do_not_run(run: Run, gated: Path) -> None:
    for command in ("tick", "worker"):
        assert "firstwin apply" in run("-p", str(gated), command, code=2).stderr
    go_live(run, gated)
    assert "welcome" in run("-p", str(gated), "tick").stdout
    edit(gated, "24 hours", "48 hours")
    assert "firstwin apply" in run("-p", str(gated), "tick", code=2).stderr


def test_that_files_wait_is_visible_and_is_no_illness(run: Run, gated: Path) -> None:
    assert "firstwin apply" in run("-p", str(gated), "status").stdout.replace("\n", " ")
    found = json.loads(run("-p", str(gated), "status", "--json").stdout)
    assert "firstwin apply" in found["waits_for_plan"]
    assert not any("firstwin apply" in sentence for sentence in found["wrong"])
    with App.open(load(gated)) as app:
        app.beat_heart("w1", "worker")
    assert "firstwin apply" in run("-p", str(gated), "health").stderr
    go_live(run, gated)
    assert json.loads(run("-p", str(gated), "status", "--json").stdout)["waits_for_plan"] == ""


def test_a_rule_that_runs_can_be_paused_whatever_the_files_say(run: Run, gated: Path) -> None:
    go_live(run, gated)
    (gated / "rules" / "welcome.yaml").unlink()
    assert "Paused: welcome" in run("-p", str(gated), "pause", "welcome").stdout
