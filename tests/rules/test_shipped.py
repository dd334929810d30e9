"""The rules that travel with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.rules.folder import read_rules
from firstwin.rules.library import load_library
from firstwin.rules.say import say

FILES = read_rules(Path(__file__).parents[2] / "rules")
LIBRARY = load_library(FILES)
SAID = {
    "activated": "when this becomes true, and for as long as it stays true: data connected at any time so far and report sent at least 3 times at any time so far, at once, record that “activated” is reached",
    "bought-once-not-back": "when “Order Completed” happens for the first time, 8 weeks after the start, unless by then “Order Completed” since the start, send the email “come-back” to the person",
    "first-report-sent": "when “report sent” happens for the first time, at once, send the email “first-report” to whoever did it",
    "high-value-no-report": "when “data connected” happens, 48 hours after the start, unless by then report sent at any time so far and only if by then account.mrr is at least 1,000, send the alert “high-value-no-report” to the account's CSM",
    "high-value-not-activated": "when “signed up” happens, 48 hours after the start, unless by then reached “activated” and only if by then account.mrr is at least 1,000, send the alert “high-value-not-activated” to the account's CSM",
    "integration-failed": "when “integration failed” happens, separately for each integration, 4 hours after the start, unless by then integration fixed for the same integration since the start, send the email “integration-failed” to the account's main contact and send the alert “integration-failed” to the account's CSM",
    "key-feature-unused": "when “signed up” happens, 21 days after the start, unless by then dashboard created since the start, send the email “try-key-feature” to the account's main contact",
    "no-login-after-signup": "when “signed up” happens, 24 hours after the start, unless by then logged in since the start and only if by then not (account.plan is “internal”), send the email “first-login” to the account's main contact",
    "no-teammate-invited": "when “signed up” happens, 5 days after the start, unless by then teammate invited since the start, send the email “invite-teammates” to the account's main contact",
    "onboarding-not-completed": "when “signed up” happens, 14 days after the start, unless by then onboarding completed since the start, send the email “offer-help” to the account's main contact",
    "quiet-30-days": "when this becomes true, and for as long as it stays true: logged in at any time so far and (not logged in in the last 30 days and created at least 30 days ago), at once, send the email “win-back” to the account's main contact",
    "set_up": "when this becomes true, and for as long as it stays true: setup completed at any time so far or data connected at any time so far, at once, record that “set_up” is reached",
    "setup-stalled": "when “setup started” happens, 3 days after the start, unless by then setup completed at any time so far, send the email “setup-stalled” to the account's main contact",
    "welcome-series": "when “signed up” happens, in 3 steps: (“welcome”) at once, send the email “welcome” to whoever did it",
}  # fmt: skip


def test_they_have_no_mistake_and_raise_no_doubt() -> None:
    assert [str(problem) for problem in LIBRARY.problems] == []


def test_they_are_all_there() -> None:
    assert {rule.id for rule in LIBRARY.rules} == set(SAID)
    assert LIBRARY.milestones == {"activated": ("activated",), "set_up": ("set_up",)}


@pytest.mark.parametrize("name", SAID)
def test_each_says_what_it_is_for(name: str) -> None:
    rule = LIBRARY.rule(name)

    assert rule is not None
    assert say(rule).split(": ", 1)[1].startswith(SAID[name])


@pytest.mark.parametrize("file", FILES)
def test_each_begins_with_a_remark_that_tells_what_for(file: str) -> None:
    assert FILES[file].startswith(b"# ")
