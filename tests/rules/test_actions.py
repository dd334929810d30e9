"""What a rule does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from firstwin.rules.actions import DigestWord
from firstwin.rules.documents import read_document
from firstwin.rules.scope import Findings, Scope, StartFacts
from firstwin.rules.terms import (
    Action,
    Alert,
    Choose,
    Count,
    Digest,
    Email,
    OrderBy,
    Property,
    PropertyName,
    Recipient,
    Record,
    Split,
    Variant,
    Webhook,
    Within,
    conditions,
)
from tests.rules.given import loaded, rule_with, the_rule, told

DAY = timedelta(days=1)
CLOCK = StartFacts("clock")


def actions(written: str, **lines: str | None) -> tuple[Action, ...]:
    return the_rule(rule_with(then=written, **lines)).steps[0].actions


@pytest.mark.parametrize(
    ("to", "recipient"),
    [
        ("actor", Recipient("actor")),
        ("contact", Recipient("contact")),
        ("everyone", Recipient("everyone")),
        ("{role: billing}", Recipient("role", "billing")),
        ("{address: start.invitee_email}", Recipient("address", "start.invitee_email")),
        ("{address: account.billing_email}", Recipient("address", "account.billing_email")),
    ],
)
def test_an_email_goes_to_customers(to: str, recipient: Recipient) -> None:
    assert actions(f"{{email: welcome, to: {to}}}") == (Email("welcome", recipient),)


def test_in_a_rule_about_a_person_the_person_gets_it() -> None:
    assert actions("{email: a, to: person}", about="person") == (Email("a", Recipient("person")),)


def test_alerts_and_webhooks_go_to_destinations() -> None:
    assert actions("[{alert: a, to: csm}, {webhook: b, to: crm}]") == (Alert("a", "csm"), Webhook("b", "crm"))


def test_a_milestone_is_recorded() -> None:
    assert actions("{record: set_up}") == (Record("set_up"),)


BRANCHES = """
  choose:
    - if: {account.plan: pro}
      then: {email: a, to: contact}
    - if: {did: x, within: 24 hours}
      then: [{email: b, to: contact}, {alert: c, to: csm}]
    - otherwise: true
      then: {split: {one: {share: 30%, then: {email: d, to: actor}}, two: {share: 70%, then: {email: e, to: actor}}}}
"""


def test_branches_and_variants_hold_actions_lists_and_each_other() -> None:
    (chosen,) = actions(BRANCHES)
    assert isinstance(chosen, Choose)
    pro, late, otherwise = chosen.branches
    assert isinstance(pro.condition, Property)
    assert pro.actions == (Email("a", Recipient("contact")),)
    assert late.condition == Count(("x",), Within(DAY))
    assert late.actions == (Email("b", Recipient("contact")), Alert("c", "csm"))
    assert otherwise.condition is None
    to_actor = Recipient("actor")
    assert otherwise.actions == (
        Split((Variant("one", 0.3, (Email("d", to_actor),)), Variant("two", 0.7, (Email("e", to_actor),)))),
    )


def test_everything_that_may_come_to_be_done_is_found_in_branches_and_variants() -> None:
    rule = the_rule(rule_with(then=BRANCHES))
    assert [getattr(deed, "template", "") for deed in rule.deeds] == ["a", "b", "c", "d", "e"]
    assert Count(("x",), Within(DAY)) in conditions(rule)
    assert rule.message_class == "marketing"


def test_a_condition_of_a_branch_is_a_gate_of_its_step() -> None:
    written = "{choose: [{if: {did: x, within: 48 hours}, then: {email: a, to: actor}}, {otherwise: true, then: {email: b, to: actor}}]}"
    (problem,) = told(loaded(rule_with(then=written)))
    assert problem.startswith("5:39 These 48 hours are not over when the message is due")


def test_shares_with_two_decimals_may_make_a_whole() -> None:
    third = "then: {email: a, to: actor}"
    written = (
        f"{{split: {{a: {{share: 33.33%, {third}}}, b: {{share: 33.33%, {third}}}, c: {{share: 33.34%, {third}}}}}}}"
    )
    (split,) = actions(written)
    assert isinstance(split, Split)


# ---- digests: a clock is not a start that can be written here ----


def a_digest(start: StartFacts = CLOCK, **written: Any) -> tuple[Action, list[str]]:
    document, problems = read_document("rules/x.yaml", b"then: {}")
    assert document is not None
    assert problems == ()
    findings = Findings(document)
    scope = Scope(findings, about="account", start=start, path=("then",))
    word = DigestWord.model_validate({"digest": "at-risk", "to": "csm", **written})
    return word.action(scope), [problem.message for problem in findings.problems]


def test_a_digest_lists_the_highest_first_or_the_lowest() -> None:
    mrr, health = PropertyName("account", "mrr"), PropertyName("account", "health")
    assert a_digest() == (Digest("at-risk", "csm", None, 25), [])
    assert a_digest(order_by="account.mrr", top=10) == (Digest("at-risk", "csm", OrderBy(mrr), 10), [])
    lowest = a_digest(order_by={"lowest": "account.health"})
    assert lowest == (Digest("at-risk", "csm", OrderBy(health, lowest_first=True), 25), [])


@pytest.mark.parametrize(
    ("start", "written", "problem"),
    [
        (
            StartFacts("event"),
            {},
            "A digest goes out at a set time, and this rule has a start of its own for each subject.",
        ),
        (CLOCK, {"order_by": "start.at"}, "`start.at` is the same for all."),
        (
            CLOCK,
            {"order_by": "person.age"},
            "`person.age`: this rule is about accounts, and an account has many people.",
        ),
        (CLOCK, {"order_by": "account.mrr", "top": 0}, "`top: 0` is not possible."),
        (CLOCK, {"order_by": "account.mrr", "top": 101}, "`top: 101` is not possible."),
    ],
)
def test_a_digest_that_makes_no_sense_is_refused(start: StartFacts, written: dict[str, Any], problem: str) -> None:
    assert a_digest(start, **written)[1] == [problem]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"top": 5}, "The top 5 of what?"),
        ({"order_by": {"highest": "account.mrr"}}, "The highest value comes first by itself."),
    ],
)
def test_a_digest_that_cannot_be_read_says_why(written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(problem)):
        a_digest(CLOCK, **written)


def test_an_unquoted_channel_name_is_a_remark_and_told_so() -> None:
    problems = told(loaded(rule_with(then="\n  alert: a\n  to: #success")))

    assert problems == ["7:3 `to:` has no value. What begins with ` #` is a remark, so `#success` is not seen: write `success` without the `#`."]  # fmt: skip
