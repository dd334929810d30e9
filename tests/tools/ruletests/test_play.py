"""What a rule test may say, and that it is played as the worker would: each of these passes, and fails when it is changed."""

from __future__ import annotations

import pytest

from tests.tools.ruletests.given import Play, shown

SIGNED_UP = "events: [2026-03-27 09:00 signed_up]"
PASSING = {
    "a wait, to the minute": f"""
        rule: first-login
        {SIGNED_UP}
        expect: {{email: note, to: person@example.com, at: 2026-03-28 09:00, because: not yet logged in}}
    """,
    "a gate": """
        rule: first-login
        events: [2026-03-27 09:00 signed_up, 2026-03-28 08:59 logged_in]
        expect: nothing
        because: gate_false
    """,
    "the worker was late, and the gate had closed meanwhile": """
        rule: first-login
        events: [2026-03-27 09:00 signed_up, 2026-03-28 09:30 logged_in]
        sent_at: 2026-03-28 10:00
        expect: nothing
        because: logged in since the start
    """,
    "the worker was late, and the message still goes": f"""
        rule: first-login
        {SIGNED_UP}
        sent_at: 2026-03-28 10:07
        expect: {{email: note, at: 2026-03-28 10:07}}
    """,
    "too late to be worth sending": f"""
        rule: first-login
        {SIGNED_UP}
        sent_at: 2026-03-31 09:01
        expect: nothing
        because: expired
    """,
    "only the last message is late": f"""
        rule: series
        {SIGNED_UP}
        sent_at: 2026-03-29 12:00
        expect:
          - {{step: hello, at: 2026-03-27 09:00}}
          - {{step: later, at: 2026-03-29 12:00}}
    """,
    "an event that arrives later than it happened": """
        rule: first-login
        events:
          - 2026-03-27 09:00 signed_up
          - {at: 2026-03-27 10:00, event: logged_in, arrives: 2026-03-28 09:01}
        expect: {email: note, at: 2026-03-28 09:00}
    """,
    "one message about many": """
        rule: list
        given: {accounts: [{id: a1, plan: pro, mrr: 10}, {id: a2, plan: pro, mrr: 20}, {id: a3, plan: free}]}
        rule_since: 2026-03-27 09:00
        until: 2026-04-01 00:00
        expect: {digest: list, to: cs, at: 2026-03-30 09:00, says: 1. a2 2. a1}
    """,
    "what is given was so since they were there, so that it can have fallen": """
        rule: slump
        given: {account: {id: a1, health: 80, created_at: 2026-01-01}}
        events: [{at: 2026-03-27 09:00, group: {health: 65}}]
        until: 2026-04-10 00:00
        expect: {alert: card, at: 2026-03-27 09:00}
    """,
    "what is given of somebody who was there is no change": """
        rule: promoted
        given: {person: {id: ada, role: admin, created_at: 2026-01-01}}
        events: [2026-03-27 09:00 logged_in]
        expect: nothing
        because: no_start
    """,
    "what happens again and again": """
        rule: calm
        events: [{at: 2026-03-01 09:13, event: logged_in, every: 6 days, times: 4}]
        until: 2026-03-31 00:00
        expect: {alert: card, at: 2026-03-26 09:13}
    """,
    "what happens again and again, each time heard of late": """
        rule: won
        events: [{at: 2026-03-01 09:00, event: report_sent, arrives: 2026-03-01 10:00, every: 1 day, times: 2}]
        expect: {record: won, at: 2026-03-02 10:00}
    """,
    "a start that arrives too late": """
        rule: first-login
        events: [{at: 2026-03-27 09:00, event: signed_up, arrives: 2026-03-29 09:01}]
        expect: nothing
        because: too_late
    """,
    "a rule that is newer than what happened": f"""
        rule: first-login
        rule_since: 2026-03-27 09:01
        {SIGNED_UP}
        expect: nothing
        because: no_start
    """,
    "a state that begins at its event": """
        rule: hot
        given: {account: {id: a1, health: green}}
        events: [{at: 2026-03-27 09:13, group: {health: red}}]
        expect: {alert: card, to: cs, account: a1, at: 2026-03-27 11:13, says: Look at a1.}
    """,
    "a state that ends before its message": """
        rule: hot
        events: [{at: 2026-03-27 09:13, group: {health: red}}, {at: 2026-03-27 10:13, group: {health: green}}]
        expect: nothing
        because: state_ended
    """,
    "a state that was true before the rule": """
        rule: hot
        given: {account: {id: a1, health: red, created_at: 2026-01-01}}
        events: [2026-03-27 09:13 logged_in]
        expect: nothing
        because: before_rule
    """,
    "a state that only the clock brings about": """
        rule: calm
        events: [2026-03-20 10:00 signed_up, 2026-03-25 09:13 logged_in]
        until: 2026-04-02 00:00
        expect: {alert: card, at: 2026-04-01 09:13}
    """,
    "a state of a calendar day ends with it, and begins again": """
        rule: today
        given: {account: {timezone: America/New_York}}
        events:
          - 2026-03-02 20:00 logged_in
          - 2026-03-03 04:30 logged_in
          - 2026-03-03 06:00 logged_in
          - 2026-03-03 20:00 logged_in
        expect: [{at: 2026-03-03 04:30}, {at: 2026-03-03 20:00}]
    """,
    "a date, and to whom": """
        rule: trial
        given:
          account: {id: a1, trial_ends_at: "2026-04-15"}
          people: [{id: ada, email: ada@a1.example}, {id: cleo, email: cleo@a1.example, role: owner}]
        rule_since: 2026-03-27 00:00
        expect: {email: note, to: cleo, at: 2026-04-08 00:00}
    """,
    "a date that comes round each year, at a time of its day": """
        rule: birthday
        given: {person: {id: ada, email: ada@a1.example, birthday: "1992-02-29", timezone: America/New_York}}
        rule_since: 2026-01-27 00:00
        until: 2028-12-31 00:00
        expect: [{to: ada, at: 2026-02-26 14:00}, {at: 2027-02-26 14:00}, {at: 2028-02-27 14:00}]
    """,
    "a date that moves": """
        rule: trial
        given: {account: {trial_ends_at: "2026-04-15"}, person: {id: ada, email: a@x.example, role: owner}}
        events: [{at: 2026-04-01 10:00, group: {trial_ends_at: "2026-04-20"}}]
        expect: {to: ada, at: 2026-04-13 00:00}
    """,
    "a property that changes, and what was given is no change": """
        rule: upgraded
        given: {account: {id: a1, plan: pro}}
        events:
          - {at: 2026-03-27 09:00, group: {plan: free}}
          - {at: 2026-03-28 09:00, group: {plan: pro}}
        expect: {webhook: data, to: crm, at: 2026-03-28 09:00}
    """,
    "a milestone by its own rule": """
        rule: series
        events: [2026-03-27 09:00 signed_up, 2026-03-27 10:00 report_sent, 2026-03-28 10:00 report_sent]
        expect: [{step: hello}, {step: later, sends: nothing, because: goal_met, at: 2026-03-29 09:00}]
    """,
    "a milestone that simply happens": """
        rule: series
        events: [2026-03-27 09:00 signed_up, 2026-03-28 10:00 won]
        expect: [{step: hello}, {step: later, sends: nothing, because: until}]
    """,
    "a rule that starts with a milestone, and is in shadow in the file": """
        rule: praise
        events: [2026-03-27 09:00 report_sent, 2026-03-27 09:01 report_sent]
        expect: {email: note, at: 2026-03-27 09:01}
    """,
    "several rules together": """
        rule: [won, praise]
        events: [2026-03-27 09:00 report_sent, 2026-03-27 09:01 report_sent]
        expect: [{rule: praise, email: note}, {rule: won, record: won, at: 2026-03-27 09:01}]
    """,
    "several accounts and people": """
        rule: first-login
        given:
          accounts: [{id: a1}, {id: a2}]
          people: [{id: ada, email: ada@a1.example, account: a1}, {id: cleo, email: cleo@a2.example, account: a2}]
        events:
          - {at: 2026-03-27 09:00, event: signed_up, by: ada}
          - {at: 2026-03-27 09:00, event: signed_up, by: cleo}
          - {at: 2026-03-27 12:00, event: logged_in, by: cleo}
        expect:
          - {account: a1, to: ada, at: 2026-03-28 09:00}
          - {account: a2, sends: nothing, because: gate_false}
    """,
    "a consultant in two accounts says in which": """
        rule: first-login
        given: {accounts: [{id: a1}, {id: a2}], person: {id: ada, email: ada@x.example, accounts: [a1, a2]}}
        events: [{at: 2026-03-27 09:00, event: signed_up, account: a2}]
        expect: {account: a2}
    """,
    "a person's own rule, for each shop, and not again so soon": """
        rule: shopper
        events:
          - {at: 2026-03-27 09:00, event: order, props: {shop: north}}
          - {at: 2026-03-27 09:30, event: order, props: {shop: south}}
          - {at: 2026-03-28 09:00, event: order, props: {shop: north}}
        expect:
          - {person: person, at: 2026-03-27 10:00}
          - {person: person, at: 2026-03-27 10:30}
          - {sends: nothing, because: again, at: 2026-03-28 10:00}
    """,
    "a changed address": """
        rule: first-login
        given: {person: {id: ada, email: old@x.example}}
        events: [2026-03-27 09:00 signed_up, {at: 2026-03-27 12:00, identify: {email: new@x.example}}]
        expect: {to: new@x.example}
    """,
    "a clock, in the account's own zone": """
        rule: weekly
        given: {account: {id: a1, plan: pro, timezone: America/New_York}}
        rule_since: 2026-03-27 09:00
        until: 2026-04-07 00:00
        expect: [{alert: card, at: 2026-03-30 13:00}, {alert: card, at: 2026-04-06 13:00}]
    """,
    "a rule that follows another": """
        rule: chain
        events: [2026-03-27 09:00 signed_up]
        expect: {alert: card, at: 2026-03-28 10:00}
    """,
    "what is said when a state is over": """
        rule: relief
        events: [{at: 2026-03-27 09:13, group: {health: red}}, {at: 2026-03-27 10:13, group: {health: green}}]
        expect: [{alert: card, at: 2026-03-27 09:13}, {step: when_over, alert: calm, at: 2026-03-27 10:13}]
    """,
    "a repeated step, before the date that an event brings": """
        rule: chase
        events: [{at: 2026-03-01 09:00, event: flight_booked, props: {departs_at: 2026-03-20T12:00:00Z}}]
        expect:
          - {step: chase, at: 2026-03-13 12:00}
          - {step: chase, at: 2026-03-15 12:00}
          - {step: chase, at: 2026-03-17 12:00}
    """,
    "a person's rule that looks at everybody in the account, which need not be named": """
        rule: handed-in
        given: {people: [{id: ada}, {id: tom}]}
        events:
          - {at: 2026-03-27 09:00, event: work, by: ada, props: {id: w1, to: tom@x.example}}
          - {at: 2026-03-27 10:00, event: work, by: ada, props: {id: w2, to: tom@x.example}}
          - {at: 2026-03-27 12:00, event: graded, by: tom, props: {id: w1}}
        expect: [{to: tom@x.example, at: 2026-03-28 10:00}, {sends: nothing, because: goal_met}]
    """,
    "each step that a start took along when it ended, at the time at which it would have been due": """
        rule: ladder
        events: [2026-03-01 09:00 logged_in, 2026-03-12 09:00 logged_in]
        until: 2026-03-20 09:00
        expect:
          - {step: quiet, at: 2026-03-11 09:00}
          - {step: gone, sends: nothing, at: 2026-03-15 09:00, because: replaced}
    """,
    "nobody is there": f"""
        rule: first-login
        given: {{people: []}}
        {SIGNED_UP}
        expect: nothing
        because: no_address
    """,
    "it ends before the message is due": f"""
        rule: first-login
        {SIGNED_UP}
        until: 2026-03-28 08:59
        expect: nothing
        because: not_due
    """,
}


@pytest.mark.parametrize("name", PASSING)
def test_it_passes(play: Play, name: str) -> None:
    assert shown(play(PASSING[name])) == ""


@pytest.mark.parametrize("name", [name for name, text in PASSING.items() if "because:" in text])
def test_another_reason_fails(play: Play, name: str) -> None:
    head, _, tail = PASSING[name].rpartition("because: ")
    end = next((place for place, sign in enumerate(tail) if sign in ",}\n"), len(tail))
    assert not play(f"{head}because: the moon was full{tail[end:]}").passed


@pytest.mark.parametrize("name", [name for name, text in PASSING.items() if "at: 2026" in text.partition("expect:")[2]])
def test_another_minute_fails(play: Play, name: str) -> None:
    head, expect, tail = PASSING[name].partition("expect:")
    before, at, after = tail.partition("at: 2026-0")
    month = "9" if after[0] != "9" else "8"
    assert not play(f"{head}{expect}{before}{at}{month}{after[1:]}").passed


@pytest.mark.parametrize("name", [name for name, text in PASSING.items() if "expect: nothing" not in text])
def test_nothing_expected_fails_where_something_comes(play: Play, name: str) -> None:
    head, _, _ = PASSING[name].partition("expect:")
    assert not play(f"{head}expect: nothing").passed


def test_a_test_is_the_same_whichever_ran_before_it(play: Play) -> None:
    first = [play(text).passed for text in PASSING.values()]
    again = [play(text).passed for text in reversed(PASSING.values())]
    assert again[::-1] == first


def test_a_template_that_cannot_be_rendered_fails_with_its_line(play: Play) -> None:
    result = play(f"rule: broken\n{SIGNED_UP}\nexpect: {{email: broken}}")
    assert "templates/mail/broken.md:5" in shown(result)
    assert "account.size" in shown(result)
