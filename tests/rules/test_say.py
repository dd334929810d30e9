"""Rules as one sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstwin.rules.project import Project
from firstwin.rules.say import say, say_in_short
from firstwin.rules.terms import Digest, OrderBy, PropertyName
from tests.rules.given import rule_with, the_rule

REST = "starts from before the rule was switched on are left alone"
MAIL = "an email that is 3 days late is not sent any more; its class is marketing, its priority 0; it is live."
SEND = "send the email “first-login” to the account's main contact"


def test_a_rule_is_one_sentence_with_every_default() -> None:
    rule = the_rule(rule_with(only_if="{account.mrr: {at_least: 1000}}"))

    assert say(rule) == (
        "About each account: when “signed up” happens, 24 hours after the start, unless by then logged in since the start"
        " and only if by then account.mrr is at least 1,000, send the email “first-login” to the account's main contact;"
        f" never a second time for the same account; {REST}; {MAIL}"
    )


def test_steps_are_said_one_after_the_other() -> None:
    steps = "{one: {then: {email: a, to: actor}}, two: {after: 2 days, unless: b_c, then: [{alert: d, to: csm}, {record: e}]}}"
    rule = the_rule(
        rule_with(unless=None, after=None, then=None, steps=steps, until="activated", only_if="{account.x: 1}")
    )

    assert say(rule).split("; never")[0] == (
        "About each account: when “signed up” happens, in 2 steps, each, only if by then account.x is 1:"
        " (“one”) at once, send the email “a” to whoever did it;"
        " (“two”) 48 hours after the start, unless by then b c since the start, send the alert “d” to the account's CSM"
        " and record that “e” is reached; it ends, and nothing more is sent, once reached “activated”"
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"when": "{event: Order Completed, which: first}"}, "when “Order Completed” happens for the first time, 24 hours after the start"),
        ({"when": "{event: a_b, which: 3}"}, "when “a b” happens for the 3rd time"),
        ({"when": "{event: a_b, which: 11}"}, "for the 11th time"),
        ({"when": "{event: a_b, which: latest}"}, "when “a b” happens, counting anew each time"),
        ({"when": "{event: a_b, where: {x: 1}, per: id}", "again": "{after: 30 days}"}, "when “a b” (where x is 1) happens, separately for each id,"),
        ({"when": "{event: a_b, per: id}"}, "never a second time for the same account and id;"),
        ({"when": "{event: a_b, per: id}", "again": "{after: 30 days}"}, "again for the same account and id only 30 days after the last time;"),
        ({"again": "every time"}, "again at every new start;"),
        ({"when": "[a_b, c_d]"}, "when “a b” or “c d” happens"),
        ({"when": "activated"}, "when “activated” is reached, 24 hours"),
        ({"when": "[a_b, activated]"}, "when “a b” happens or “activated” is reached,"),
        ({"when": "{date: account.ends}"}, "counting from the date in account.ends, 24 hours after the date,"),
        ({"when": "{date: account.ends}", "after": None, "before": "7 days"}, "7 days before the date,"),
        ({"when": "{date: account.ends}", "after": None}, "on the date itself,"),
        ({"when": "{date: account.ends, every: year}", "after": None, "before": "7 days", "again": "every time"}, "each year, counting from the date in account.ends, 7 days before the date,"),
        ({"when": "{date: account.ends, every: year, at: 09:00}", "after": None, "again": "every time"}, "each year, counting from the date in account.ends at 09:00 by the subject's own time (else the project's), on the date itself,"),
        ({"when": "{event: a_b, date: on, at: 09:00}"}, "counting from the date in on of the newest “a b” at 09:00 by the subject's own time"),
        ({"when": "{becomes: {account.x: 1}}"}, "when this becomes true, and for as long as it stays true: account.x is 1, once it has lasted 24 hours without a break,"),
        ({"when": "{changed: account.plan, from: {exists: false}, to: [a, b]}"}, "when account.plan changes from not being set to “a” or “b”,"),
        ({"when": "{changed: account.plan}"}, "when account.plan changes, "),
        ({"when": "{every: [monday, thursday], at: 09:00, zone: csm}", "after": None}, "every Monday and Thursday at 09:00 by the time of the account's CSM (else the project's), at once,"),
        ({"when": "{every: month, at: 00:00}", "after": None}, "every first of a month at 00:00 by the account's own time (else the project's),"),
        ({"when": "{every: weekday, at: 08:00, zone: UTC}", "after": None}, "every day from Monday to Friday at 08:00 UTC,"),
        ({"when": "{every: day, at: 08:00}", "after": None}, "what the clock struck before the rule was switched on is left alone;"),
        ({"when": "{event: a_b, date: on}"}, "counting from the date in on of the newest “a b”, 24 hours after the date,"),
        ({"when": "{event: a_b, date: on, per: id, where: {x: 1}}"}, "of the newest “a b” (where x is 1), separately for each id,"),
        ({"when": "{becomes: {account.x: 1}}", "when_over": "{alert: back, to: csm}"}, "; when the state is over, if any of this was sent, send the alert “back” to the account's CSM;"),
        ({"then": "{choose: [{if: {account.x: 1}, then: {email: a, to: actor}}, {otherwise: true, then: [{email: b, to: actor}, {alert: c, to: csm}]}]}"},
         "choose what holds first: if account.x is 1, send the email “a” to whoever did it; otherwise send the email “b” to whoever did it and send the alert “c” to the account's CSM; "),
        ({"then": "{split: {a: {share: 12.5%, then: {email: a, to: actor}}, b: {share: 87.5%, then: {alert: b, to: csm}}}}"},
         "split them by lot: 12.5% (“a”) send the email “a” to whoever did it; 87.5% (“b”) send the alert “b” to the account's CSM; "),
        ({"hold_out": "10%"}, "10% are held out: always the same ones, who get nothing and count as nudged;"),
        ({"feed": "sparse"}, "what it waits for is rare, so that its silence holds nothing back;"),
        ({"then": "{webhook: a, to: crm}"}, "call the webhook “crm” with “a”; "),
        ({"then": "{webhook: a, to: crm}"}, "a webhook that is 3 days late is not sent any more; its class is alert"),
        ({"then": "{alert: a, to: cs-team}"}, "send the alert “a” to “cs-team”"),
        ({"then": "{email: a, to: {role: billing}}"}, "to each person with the role “billing”"),
        ({"then": "{email: a, to: {address: account.mail}}"}, "to the address in account.mail"),
        ({"then": "{email: a, to: everyone}"}, "to everyone in the account"),
        ({"backfill": "7 days"}, "starts up to 7 days before the rule was switched on are taken as well;"),
        ({"expires_after": "2 hours"}, "an email that is 2 hours late is not sent any more;"),
        ({"mode": "shadow", "class": "service", "priority": "7"}, "its class is service, its priority 7; it is in shadow: it decides, and sends nothing."),
    ],
)  # fmt: skip
def test_each_part_is_said(lines: dict[str, str | None], said: str) -> None:
    assert said in say(the_rule(rule_with(**{"unless": None, **lines})))


def test_a_repeated_step_is_said_once() -> None:
    steps = (
        "{one: {then: {alert: a, to: csm}}, two: {after: 3 days, every: 7 days, at_most: 5, then: {alert: d, to: csm}}}"
    )
    said = say(the_rule(rule_with(unless=None, after=None, then=None, steps=steps)))

    assert "in 2 steps: (“one”) at once, send" in said
    assert "(“two”) 3 days after the start and then every 7 days, 5 times at most, send the alert “d”" in said
    assert said.count("“d”") == 1


def test_a_chain_names_the_rule_that_begins_it() -> None:
    assert "when the rule “a” has nudged it, 24 hours after" in say(
        the_rule(rule_with(when="{nudged: a}"), a=rule_with())
    )


def test_a_project_lends_its_words_and_its_defaults() -> None:
    project = Project.model_validate(
        {"name": "Acme", "labels": {"signed_up": "made an account"}, "expires_after": {"email": "5 days"}}
    )

    said = say(the_rule(rule_with()), project)

    assert "when “made an account” happens" in said
    assert "an email that is 5 days late" in said


def test_a_rule_that_only_records_looks_at_what_was_before_and_sends_nothing() -> None:
    said = say(
        the_rule(rule_with(when="{becomes: {did: a_b, since: ever}}", after=None, unless=None, then="{record: done}"))
    )
    assert said.endswith(
        "at once, record that “done” is reached; never a second time for the same account;"
        " what was so before the rule was switched on is recorded as well; it sends nothing."
    )


def test_a_rule_in_shadow_records_all_the_same() -> None:
    then = "[{record: done}, {alert: a, to: csm}]"
    assert say(the_rule(rule_with(then=then, mode="shadow"))).endswith(
        "it is in shadow: it decides and records, and sends nothing."
    )


def test_every_rule_is_one_sentence() -> None:
    said = say(the_rule(rule_with(only_if="{all: [{account.a: 1}, {segment: at-risk}]}")))

    assert said.count(".") - said.count("account.") == 1
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("digest", "said"),
    [
        (
            Digest("list", "csm"),
            "send one digest “list” to each CSM about the accounts of their own, with the first 25;",
        ),
        (
            Digest("list", "team", OrderBy(PropertyName("account", "mrr")), 10),
            "send one digest “list” to “team” about all of them, with the first 10 by account.mrr, the highest first;",
        ),
    ],
)
def test_a_digest_is_said_with_its_order_and_its_length(digest: Digest, said: str) -> None:
    rule = the_rule(rule_with(then="{alert: a, to: csm}"))
    told = say(replace(rule, steps=(replace(rule.steps[0], actions=(digest,)),)))
    assert said in told
    assert "a digest that is 24 hours late is not sent any more" in told


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({}, f"when “signed up” happens, 24 hours after the start, {SEND}."),
        (
            {"when": "{becomes: {account.mrr: {at_least: 9}}}", "unless": None},
            f"when its state becomes true, once it has lasted 24 hours without a break, {SEND}.",
        ),
        (
            {
                "after": None,
                "then": None,
                "steps": "{a: {then: {record: b}}, c: {after: 2 days, every: 2 days, at_most: 3, then: {alert: d, to: csm}}}",
            },
            "when “signed up” happens, in 2 steps: “a” at once, “c” 48 hours after the start and then every 48 hours, 3 times at most.",
        ),
    ],
    ids=["one step", "a state", "steps"],
)
def test_in_short_it_is_said_without_conditions_and_defaults(lines: dict[str, str | None], said: str) -> None:
    assert say_in_short(the_rule(rule_with(**lines))) == f"About each account: {said}"


@pytest.mark.parametrize(
    ("lines", "is_said"), [({}, True), ({"class": "service"}, False), ({"then": "{alert: a, to: csm}"}, False)]
)
def test_quiet_hours_are_said_of_the_mails_that_wait(lines: dict[str, str | None], is_said: bool) -> None:
    project = Project.model_validate(
        {"name": "Acme", "quiet_hours": {"from": "20:00", "until": "08:00", "weekends": True}}
    )

    said = say(the_rule(rule_with(**lines)), project)

    waits = "an email waits from 20:00 until 08:00 where its recipient is, and over the weekend; "
    assert (waits in said) == is_said


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        ({"person": {"at_most": 3, "in_last": "7 days"}}, "; a person gets at most 3 emails in 7 days, all rules together; "),
        (
            {"person": {"at_most": 1, "in_last": "30 days"}, "account": {"at_most": 5, "in_last": "7 days"}},
            "; a person gets at most 1 email in 30 days, and an account with all its people gets at most 5 emails in 7 days, all rules together; ",
        ),
        ({}, ""),
    ],
)  # fmt: skip
def test_caps_are_said_of_the_mails_that_they_count(caps: dict[str, object], said: str) -> None:
    project = Project.model_validate({"name": "Acme", "caps": caps})
    of_mails, of_service = the_rule(rule_with()), the_rule(rule_with(**{"class": "service"}))

    assert said in say(of_mails, project)
    assert ("all rules together" in say(of_mails, project)) == bool(said)
    assert "all rules together" not in say(of_service, project)


@pytest.mark.parametrize(("to", "is_said"), [("csm", True), ("anna-slack", True), ("everybody", False)])
def test_the_cap_of_a_csm_is_said_of_alerts_to_one(to: str, is_said: bool) -> None:
    senders = {name: {"type": "slack"} for name in ("anna-slack", "everybody")}
    caps = {"csm": {"at_most": 10, "in_last": "7 days"}}
    project = Project.model_validate(
        {"name": "Acme", "senders": senders, "csm": {"by_name": {"anna": "anna-slack"}}, "caps": caps}
    )
    said = say(the_rule(rule_with(then=f"{{alert: stalled, to: {to}}}")), project)
    assert ("; a CSM gets at most 10 alerts in 7 days, all rules together; " in said) == is_said
