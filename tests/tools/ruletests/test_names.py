"""Names in rule tests that nothing answers to are told, with the one that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.messages.check import UNUSED
from firstwin.tools.check import Checked, check
from tests.tools.ruletests.given import RULES, make_project, problems

SIGNED_UP = "rule: first-login\nevents: [2026-03-27 09:00 signed_up]\n"
CASES = {
    "rule: first-logins\nevents: [2026-03-27 09:00 signed_up]\nexpect: nothing": ["2:9 There is no rule `first-logins`. Did you mean `first-login`?"],
    f"{SIGNED_UP}expect: {{step: later}}": ["4:18 The rule `first-login` has no steps. Leave `step:` out."],
    "rule: series\nevents: [2026-03-27 09:00 signed_up]\nexpect: {step: latter}": ["4:18 The rule `series` has no step `latter`. Did you mean `later`?"],
    f"{SIGNED_UP}expect: {{email: notes}}": ["4:19 The rule `first-login` never does `email: notes`. Did you mean `note`?"],
    f"{SIGNED_UP}expect: {{alert: note}}": ["4:19 The rule `first-login` never does `alert: note`. It does `email: note`."],
    f"{SIGNED_UP}expect: {{to: persn}}": ["4:16 Nobody here is called `persn`. Did you mean `person`?"],
    f"{SIGNED_UP}expect: {{account: a1}}": ["4:21 There is no account `a1` here. There is `account`."],
    f"{SIGNED_UP}expect: {{sends: nothing, because: gate_fals}}": ["4:37 `gate_fals` is no reason. Did you mean `gate_false`?"],
    f"{SIGNED_UP}expect: nothing\nbecause: goal_mat": ["5:12 `goal_mat` is no reason. Did you mean `goal_met`?"],
    f"{SIGNED_UP}expect: {{at: 2026-03-28 09:00:30}}": [
        "4:16 The worker looks once in 1 minute (`tick_every`), and never at 2026-03-28 09:00:30. Write `2026-03-28 09:01`."
    ],
    "rule: [won, praise]\nevents: [2026-03-27 09:00 report_sent]\nexpect: {email: note}": [
        "4:11 It does not say which rule's message that is. Write `rule: won` beside it."
    ],
    "rule: first-login\nevents: [{at: 2026-03-27 09:00, event: signed_up, by: ada}]\nexpect: nothing": ["3:57 There is no person `ada` here. There is `person`."],
    "rule: first-login\nevents: [2026-03-27 09:00 signedup]\nexpect: nothing": ["3:12 warning: No rule reads `signedup`. Did you mean `signed_up`?"],
    "rule: first-login\nevents: [{at: 2026-03-27 09:00, event: signed_up, arrives: 2026-03-26 09:00}]\nexpect: nothing": [
        "3:62 It arrives before it happens. Nobody hears of what has not happened yet."
    ],
    "rule: weekly\nrule_since: 2026-03-27 09:00\nexpect: nothing": [
        "1:3 `weekly` begins by the clock, again and again. Say when the test ends: `until: 2026-03-27 09:00`."
    ],
    "rule: birthday\nevents: [2026-03-27 09:00 signed_up]\nexpect: nothing": [
        "1:3 `birthday` begins each year, again and again. Say when the test ends: `until: 2026-03-27 09:00`."
    ],
    "rule: first-login\ngiven: {accounts: [{id: a1}, {id: a2}]}\nevents: [{at: 2026-03-27 09:00, group: {plan: pro}}]\nexpect: nothing": [
        "4:12 It does not say of which account. Write `account: a1` beside it."
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_it_is_told(checked: Checked, text: str) -> None:
    assert problems(checked, text) == CASES[text]


def test_what_is_known_is_not_told(checked: Checked) -> None:
    text = "rule: series\nevents: [2026-03-27 09:00 signed_up, 2026-03-27 09:00 won, 2026-03-27 09:00 lunch]\n"
    assert problems(checked, f"{text}expect: [{{step: hello, email: note, to: person, at: 2026-03-27 09:00}}]") == []


def test_a_template_that_is_not_there_is_the_rules_mistake_alone(tmp_path: Path) -> None:
    """The test is right, and so is the template that now nobody uses."""
    relief = RULES["relief"].replace("alert: calm,", "alert: calmed,")
    checked = check(make_project(tmp_path / "project", relief=relief), {})
    told = {problem.message for problem in checked.problems}
    assert "There is no template templates/alert/calmed.md." in told
    assert UNUSED not in told
    test = "rule: relief\nevents: [{at: 2026-03-27 09:00, group: {health: red}, account: account}]\nexpect: "
    assert problems(checked, f"{test}{{alert: calm}}") == []
    assert problems(checked, f"{test}{{alert: clam}}") != []
