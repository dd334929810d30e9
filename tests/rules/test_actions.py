"""What a rule does."""

from __future__ import annotations

import pytest

from firstwin.rules.later import LATER_ACTIONS
from firstwin.rules.terms import Action, Alert, Email, Recipient, Record, Webhook
from tests.rules.given import loaded, rule_with, the_rule, told


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


@pytest.mark.parametrize("word", LATER_ACTIONS)
def test_an_action_of_later_is_refused_by_its_name(word: str) -> None:
    (problem,) = told(loaded(rule_with(then=f"{{{word}: x}}")))

    assert problem.startswith(f"5:7 `{word}` is not available yet. ")


def test_an_unquoted_channel_name_is_a_remark_and_told_so() -> None:
    problems = told(loaded(rule_with(then="\n  alert: a\n  to: #success")))

    assert problems == ["7:3 `to:` has no value. What begins with ` #` is a remark, so `#success` is not seen: write `success` without the `#`."]  # fmt: skip
