import json
from pathlib import Path

import pytest

from firstwin.demo.inbox import Inbox
from tests.cli.given import Run, did, later, signups

STRETCH = ("--since", "2026-03-01", "--until", "2026-03-20")
ACTIVATED = (
    "about: account\nwhen: {becomes: {did: report_sent, since: ever}}\nthen: {record: activated}\nagain: never\n"
)


@pytest.fixture
def facts(tmp_path: Path) -> str:
    """Three signups; one of the three logs in within the day, and one sends a report two days after it was nudged."""
    path = tmp_path / "facts.jsonl"
    path.write_text(
        signups("blue", then=lambda account: [did(account, "report_sent", later(72))])
        + signups("cedar")
        + signups("fjord", then=lambda account: [did(account, "logged_in", later(3))])
    )
    return str(path)


def test_it_tells_what_would_have_been_sent_and_sends_nothing(
    run: Run, sending_folder: Path, inbox: Inbox, facts: str
) -> None:
    (sending_folder / "rules/activated.yaml").write_text(ACTIVATED)
    here = ("-p", str(sending_folder))
    run(*here, "migrate")
    run(*here, "import", "--history", facts)
    told = run(*here, "backtest", "first-login", *STRETCH).stdout
    assert told.startswith("About each account: when “signed up” happens, 24 hours after the start")
    assert "a tick every 1 minute" in told
    assert "2026-03-03 12:00" in told
    assert "a…@blue.example" in told
    assert "ada@" not in told
    assert "2 nudges for 2 subjects, with 2 messages." in told
    assert "Skipped: 1 gate_false (a condition stood in the way)." in told
    assert (
        "of 2 nudged, 0 had reached it before the message and 1 did after it (50%), half of them within 2 days" in told
    )
    assert "Of 1 that were not nudged and had not reached it by then, 0 reached it (0%)." in told
    assert inbox.messages == ()
    assert "first-login" not in run(*here, "status", "--json").stdout


def test_quiet_hours_and_caps_say_when_mails_leave_and_which_do_not(run_alone: Run, folder: Path, facts: str) -> None:
    """One reader of two accounts is due twice at noon, which is the middle of a night."""
    rest = "quiet_hours: {from: 11:00, until: 18:30}\ncaps: {person: {at_most: 1, in_last: 7 days}}\n"
    project = folder / "firstwin.yaml"
    project.write_text(project.read_text() + rest)
    text = Path(facts).read_text().replace("ada@cedar.example", "ada@blue.example")
    Path(facts).write_text(text)
    here = ("-p", str(folder))
    run_alone(*here, "import", "--history", facts)
    told = " ".join(run_alone(*here, "backtest", "first-login", *STRETCH).stdout.split())
    assert "a…@blue.example, leaves 2026-03-03 18:30" in told
    assert "a…@blue.example, not sent (capped, at 2026-03-03 18:30)" in told
    assert "1 nudge for 1 subject, with 1 message." in told
    assert "Held by quiet hours: 1 mail, which left at their end." in told
    assert "Decided, and not sent after all: 1 capped (the recipient, the account or the CSM has had" in told
    assert "The caps count this rule's mails, and those of other rules that really arrived in that time." in told
    found = json.loads(run_alone(*here, "backtest", "first-login", *STRETCH, "--json").stdout)
    assert found["judged"] == ["quiet_hours", "caps"]
    assert found["figures"]["mails"] == {"delayed": 1, "waiting": 0, "stopped": {"capped": 1}}
    assert [(week["sent"], week["stopped"]) for week in found["figures"]["weeks"]] == [(1, 1)]


def test_json_is_for_programs(run_alone: Run, folder: Path, facts: str) -> None:
    here = ("-p", str(folder))
    run_alone(*here, "import", "--history", facts)
    told = json.loads(run_alone(*here, "backtest", "first-login", *STRETCH, "--every", "1h", "--json").stdout)
    assert told["rule"] == "first-login"
    assert told["every"] == 3600.0
    assert (told["figures"]["sent"], told["figures"]["skipped"]) == (2, {"gate_false": 1})


def test_what_lies_before_the_history_is_left_out(run_alone: Run, folder: Path, facts: str) -> None:
    here = ("-p", str(folder))
    run_alone(*here, "import", "--history", facts)
    done = run_alone(*here, "backtest", "first-login.yaml", "--since", "2020-01-01", "--until", "2026-03-20")
    assert "There are facts from 2026-03-02 on" in done.stderr


def test_without_facts_it_says_where_they_come_from(run_alone: Run, folder: Path) -> None:
    assert "firstwin import" in run_alone("-p", str(folder), "backtest", "first-login", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("first-logn",), "Did you mean `first-login`?"),
        (("first-login", "--since", "yesterday"), "90d, 12w or 2026-03-27"),
        (("first-login", "--until", "tomorrow"), "2026-03-27T09:00"),
        (("first-login", "--every", "often"), "15m, 1h or 1d"),
        (("first-login", "--since", "2999-01-01"), "does not lie before the end"),
        (("broken",), "broken.yaml"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(
    run_alone: Run, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    if "broken" in arguments:
        (folder / "rules/broken.yaml").write_text("about: account\nwhen: signed_up\nagain: never\n")
    assert says in run_alone("-p", str(folder), "backtest", *arguments, code=2).stderr
