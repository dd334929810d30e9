import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from firstwin.demo.inbox import Inbox
from tests.cli.given import Run, did, later, signups
from tests.mistakes.given import rows
from tests.worker.processes import eventually

STRETCH = ("tick", "--from", "2026-03-02", "--to", "2026-03-04", "--every", "1d")


@pytest.fixture
def facts(tmp_path: Path) -> str:
    """Three signups; one of the three logs in within the day."""
    path = tmp_path / "facts.jsonl"
    path.write_text(
        signups("blue", "cedar") + signups("fjord", then=lambda account: [did(account, "logged_in", later(3))])
    )
    return str(path)


def titles(inbox: Inbox) -> Counter[str]:
    return Counter(message.title for message in inbox.messages)


def test_a_stretch_of_the_past_is_gone_through_and_nothing_is_sent(
    run_alone: Run, sending_folder: Path, inbox: Inbox, facts: str
) -> None:
    run_alone("-p", str(sending_folder), "import", "--history", facts)
    told = run_alone("-p", str(sending_folder), *STRETCH).stdout
    assert "first-login" in told
    assert "1 gate_false" in told
    assert "Nothing was sent" in told
    assert inbox.messages == ()


def test_with_send_real_mails_and_alerts_go_out_once(run: Run, sending_folder: Path, inbox: Inbox, facts: str) -> None:
    run("-p", str(sending_folder), "migrate")
    run("-p", str(sending_folder), "import", "--history", facts)
    told = run("-p", str(sending_folder), *STRETCH, "--send").stdout
    assert "8 delivered" in told
    expected = {"Welcome": 3, "A new account": 3, "Come in": 2}
    assert titles(inbox) == expected
    assert "8 delivered" in run("-p", str(sending_folder), *STRETCH, "--send").stdout
    assert titles(inbox) == expected


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_stretch_that_is_stopped_ends_between_two_ticks_and_says_so(folder: Path, by: signal.Signals) -> None:
    stretch = ("tick", "--from", "2020-01-01", "--to", "2026-01-01", "--every", "15m", "--send")
    command = [sys.executable, "-m", "firstwin", "-p", str(folder), *stretch]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert eventually(lambda: rows(folder).get("tick", 0) > 2)
        process.send_signal(by)
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Stopped before the end" in told


def test_a_tick_now_does_each_rule_once(run_alone: Run, folder: Path) -> None:
    at = ("tick", "--at", "2026-03-02T12:00")
    assert "welcome" in run_alone("-p", str(folder), *at).stdout
    assert "Nothing is due" in run_alone("-p", str(folder), *at).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "2026-03-01"), "--to"),
        (("--at", "2026-03-01", "--from", "2026-03-01", "--to", "2026-03-02"), "either"),
        (("--from", "2026-03-05", "--to", "2026-03-01"), "before"),
        (("--at", "2999-03-01"), "future"),
        (("--from", "monday", "--to", "2026-03-01"), "monday"),
        (("--from", "2026-03-01", "--to", "2026-03-05", "--every", "day"), "1d"),
        (("--from", "2026-03-01", "--to", "2026-03-05", "--every", "0d"), "1d"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(
    run_alone: Run, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    assert says in run_alone("-p", str(folder), "tick", *arguments, code=2).stderr
