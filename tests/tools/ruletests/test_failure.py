"""What the reader of a failure sees: what was expected, what came, and what shows why."""

from __future__ import annotations

import pytest

from tests.tools.ruletests.given import Play, shown

SIGNED_UP = "rule: first-login\nevents: [2026-03-27 09:00 signed_up]\n"
LOGGED_IN = "rule: first-login\nevents: [2026-03-27 09:00 signed_up, 2026-03-27 10:00 logged_in]\n"
NEVER = "          unless logged in since the start  no: never"
CAME = "came      2026-03-28 09:00  email note to person@example.com, about account"
BECAUSE = "because   Signed up and not yet logged in."

TOLD = {
    f"{SIGNED_UP}expect: nothing": f"""
expected  nothing
{CAME}
{BECAUSE}
{NEVER}""",
    f"{SIGNED_UP}expect: {{email: note, at: 2026-03-28 10:00, says: Dear Sir}}": f"""
expected  2026-03-28 10:00  email note, saying “Dear Sir”
{CAME}
          not as expected: at, says
{BECAUSE}
{NEVER}
          │ A note
          │
          │ Hi there, Signed up and not yet logged in.
          │
          │ https://unsubscribe.example.com/u/1.""",
    f"{SIGNED_UP}expect: {{to: ada@example.com, because: the moon was full}}": f"""
expected  a message to ada@example.com, because the moon was full
{CAME}
          not as expected: to, because
{BECAUSE}
{NEVER}""",
    f"{SIGNED_UP}expect: [{{email: note}}, {{email: note, at: 2026-03-29 09:00}}]": """
expected  2026-03-29 09:00  email note
came      nothing""",
    f"{LOGGED_IN}expect: {{email: note}}": """
expected  email note
came      2026-03-28 09:00  nothing: gate_false, `unless` or `only_if` stood in the way, about account
because   unless
          unless logged in since the start  yes: once, last 2026-03-27 10:00""",
    f"{LOGGED_IN}expect: nothing\nbecause: goal_met": """
expected  nothing, because goal_met
came      2026-03-28 09:00  nothing: gate_false, `unless` or `only_if` stood in the way, about account
          not as expected: because
because   unless
          unless logged in since the start  yes: once, last 2026-03-27 10:00""",
    "rule: first-login\nevents: [2026-03-27 09:00 logged_in]\nexpect: {email: note}": """
expected  email note
came      nothing: no_start, the rule never began
          when signed_up  no: never""",
    "rule: won\nevents: [2026-03-27 09:00 report_sent]\nexpect: {record: won}": """
expected  record won
came      nothing: no_start, the rule never began
          when report sent at least twice at any time so far  no: once, last 2026-03-27 09:00""",
    "rule: series\nevents: [2026-03-27 09:00 signed_up, 2026-03-28 09:00 logged_in]\nexpect: [{step: hello}, {step: later, account: account}]": """
expected  a message, step later, about account
came      2026-03-29 09:00  nothing: gate_false, `unless` or `only_if` stood in the way, step later, about account
because   unless
          until  reached “won”                               no: never
                 report sent at least twice at any time so far  no: never
          unless logged in since the start                   yes: once, last 2026-03-28 09:00""",
    "rule: series\nevents: [2026-03-27 09:00 signed_up]\nexpect: [{step: hello}]": """
expected  nothing more
came      2026-03-29 09:00  email note to person@example.com, step later, about account
because   Signed up, not yet won and not yet logged in.""",
}  # fmt: skip


@pytest.mark.parametrize("text", TOLD, ids=range(len(TOLD)))
def test_it_is_told(play: Play, text: str) -> None:
    told = [" ".join(line.split()) for line in shown(play(text)).splitlines()]
    wanted = [" ".join(line.split()) for line in TOLD[text].strip().splitlines()]
    assert [line[: len(wish)] for line, wish in zip(told, wanted, strict=False)] == wanted


def test_clauses_stand_in_columns(play: Play) -> None:
    lines = shown(play("rule: series\nevents: [2026-03-27 09:00 signed_up]\nexpect: [{step: hello}]")).splitlines()
    assert lines[3:] == [
        "          until  reached “won”                                  no: never",
        "                 report sent at least twice at any time so far  no: never",
        "          unless logged in since the start                      no: never",
    ]


def test_of_two_messages_each_line_takes_the_one_that_fits(play: Play) -> None:
    """The first line fits both, the second only one of them: order must not matter."""
    both = "rule: series\nevents: [2026-03-27 09:00 signed_up]\n"
    assert play(f"{both}expect: [{{email: note}}, {{step: hello}}]").passed
    assert play(f"{both}expect: [{{step: hello}}, {{email: note}}]").passed


def test_a_test_without_an_end_is_told_so(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstwin.tools.ruletests.play.MOST_MOMENTS", 2)
    assert "say `until:`" in shown(play(f"{SIGNED_UP}expect: nothing"))
