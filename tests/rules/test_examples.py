"""The rules of the language's description: what each comes down to, how it is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.say import say
from firstwin.rules.terms import (
    Again,
    Alert,
    All,
    BecomesStart,
    Comparison,
    Count,
    DateStart,
    Email,
    EventStart,
    Ever,
    Existed,
    InLast,
    NoneOf,
    Property,
    PropertyName,
    Reached,
    Recipient,
    Record,
    Rule,
    SinceStart,
    Step,
    Usage,
    Within,
)
from tests.rules import examples
from tests.rules.given import the_rule

DAY = timedelta(days=1)
LOGGED_IN = Count(("logged_in",), SinceStart())


def account(name: str, *comparisons: Comparison) -> Property:
    return Property(PropertyName("account", name), comparisons)


def lowered(text: str) -> Rule:
    return the_rule(text) if text == examples.ACTIVATED else the_rule(text, activated=examples.ACTIVATED)


def email(template: str, kind: str, name: str = "") -> tuple[Email]:
    return (Email(template, Recipient(kind, name)),)  # type: ignore[arg-type] # a kind by its name


def test_no_login() -> None:
    rule = lowered(examples.NO_LOGIN)

    assert rule.when == EventStart(("signed_up",))
    assert rule.steps == (Step("", DAY, email("first-login", "contact")),)
    assert (rule.unless, rule.only_if) == (LOGGED_IN, NoneOf((account("plan", Comparison("is", ("internal",))),)))
    assert rule.again == Again("never")


def test_high_value() -> None:
    rule = lowered(examples.HIGH_VALUE)

    assert rule.steps == (Step("", 2 * DAY, (Alert("high-value-not-activated", "csm"),)),)
    assert (rule.unless, rule.only_if) == (Reached("activated"), account("mrr", Comparison("at_least", 1000.0)))


def test_welcome_series() -> None:
    rule = lowered(examples.WELCOME)

    assert rule.until == Reached("activated")
    assert rule.steps == (
        Step("welcome", 0 * DAY, email("welcome", "actor")),
        Step("connect", 2 * DAY, email("connect-data", "actor"), unless=Count(("data_connected",), SinceStart())),
        Step("still-us", 14 * DAY, email("offer-help", "contact"), unless=LOGGED_IN),
    )


def test_trial() -> None:
    rule = lowered(examples.TRIAL)

    assert rule.when == DateStart(PropertyName("account", "trial_ends_at"))
    assert rule.until == account("billing_state", Comparison("is", ("paid",)))
    assert [step.wait for step in rule.steps] == [-7 * DAY, 0 * DAY]
    assert rule.steps[0].actions == email("trial-week", "role", "owner")
    assert rule.again == Again("every time")


def test_invoice() -> None:
    rule = lowered(examples.INVOICE)

    assert rule.when == EventStart(("invoice_payment_failed",), per="invoice_id")
    assert rule.until == Count(("invoice_paid",), SinceStart(), same="invoice_id")


def test_activated() -> None:
    rule = lowered(examples.ACTIVATED)

    assert rule.when == BecomesStart(All((Count(("data_connected",), Ever()), Count(("report_sent",), Ever(), 3))))
    assert rule.steps[0].actions == (Record("activated"),)
    assert rule.milestones == ("activated",)


def test_a_deadline_is_judged_by_event_time() -> None:
    assert lowered(examples.DEADLINE).only_if == Count(("report_sent",), Within(2 * DAY), None, 0)


def test_a_state() -> None:
    rule = lowered(examples.STATE)
    window = InLast(14 * DAY)

    assert rule.when == BecomesStart(
        All(
            (
                All((Count(("login",), window, None, 1), Existed(window))),
                account("plan", Comparison("is_not", ("free",))),
            )
        )
    )
    assert (rule.steps[0].wait, rule.again) == (2 * DAY, Again("after", 30 * DAY))


def test_usage() -> None:
    rule = lowered(examples.USAGE.replace("when_over: {alert: usage-recovered, to: csm}\n", ""))
    usage = Usage(("report_sent",), 7 * DAY, 28 * DAY, "down", 0.5, 10)

    assert rule.when == BecomesStart(
        All((All((usage, Existed(InLast(35 * DAY)))), account("plan", Comparison("is_not", ("free",)))))
    )
    assert say(rule).startswith(
        "About each account: when this becomes true, and for as long as it stays true: (report sent is down by 50% or more"
        " in the last 7 days, against the mean of 7 days in the 4 weeks before, from at least 10 times in those 4 weeks and"
        " created at least 5 weeks ago) and account.plan is something other than “free”"
    )


AVAILABLE = [text for name, text in vars(examples).items() if name.isupper()]


@pytest.mark.parametrize("text", AVAILABLE)
def test_each_is_said_in_one_sentence_that_names_all_its_parts(text: str) -> None:
    rule = lowered(text)
    said = say(rule)

    assert said.startswith("About each account: ")
    assert said.endswith(".")
    assert all(step.name in said for step in rule.steps)
    assert all(getattr(action, "template", "") in said for step in rule.steps for action in step.actions)
