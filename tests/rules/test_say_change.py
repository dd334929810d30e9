"""In words: usage, what a property did, messages that arrived, the people of an account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.say import say_term
from firstwin.rules.terms import Ever, Nudged, Usage
from tests.rules.given import condition

USAGE = "usage_of: report_sent, in_last: 7 days, is_down: 50%, versus_previous: 4 weeks, from_at_least: 10"
OLD = " and created at least 5 weeks ago"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (USAGE, f"report sent is down by 50% or more in the last 7 days, against the mean of 7 days in the 4 weeks before, from at least 10 times in those 4 weeks{OLD}"),
        (USAGE.replace("is_down: 50%", "is_up: 33.5%").replace("at_least: 10", "at_least: 1"), f"report sent is up by 33.5% or more in the last 7 days, against the mean of 7 days in the 4 weeks before, from at least 1 time in those 4 weeks{OLD}"),
        (USAGE.replace("usage_of: report_sent", "people_using: [report_sent, b_c], where: {plan: pro}"), f"the number of people with report sent or b c (where plan is “pro”) is down by 50% or more in the last 7 days, against the mean of 7 days in the 4 weeks before, from at least 10 people in those 4 weeks{OLD}"),
        ("fell: account.health_score, by: 15, in_last: 7 days", "account.health_score fell by 15 or more in the last 7 days"),
        ("rose: account.mrr, by: 1000, since: start", "account.mrr rose by 1,000 or more since the start"),
        ("fell: account.mrr, by: 20%, this: month", "account.mrr fell by 20% of what it was or more this month"),
        ("changed: account.band, in_last: 24 hours", "account.band changed in the last 24 hours"),
        ("changed: account.band, to: red, in_last: 24 hours", "account.band changed to “red” in the last 24 hours"),
        ("changed: account.band, from: {exists: false}, to: [a, 3], since: ever", "account.band changed from not being set to “a” or 3 at any time so far"),
        ("changed: account.band, from: true, to: {exists: false}, since: ever", "account.band changed from true to not being set at any time so far"),
        ("none: [{nudged: x, in_last: 60 days}]", "not (a message of the rule “x” arrived in the last 60 days)"),
        ("any_person: {person.role: admin}", "at least one person of the account meets this: (person.role is “admin”)"),
        ("every_person: {did: login, in_last: 7 days}", "every person of the account (it must have one) meets this: (login in the last 7 days)"),
        ("no_person: {any: [{did: login, in_last: 7 days}, {person.role: guest}]}", "no person of the account meets this: (login in the last 7 days or person.role is “guest”)"),
    ],
)  # fmt: skip
def test_a_condition_is_said_with_all_that_it_means(written: str, said: str) -> None:
    assert say_term(condition(f"{{{written}}}")) == said


def test_a_step_is_said_with_its_rule() -> None:
    said = say_term(Nudged("trial", Ever(), "week"))

    assert said == "a message of the step “week” of the rule “trial” arrived at any time so far"


def test_one_person_is_no_people() -> None:
    usage = Usage(("a",), timedelta(7), timedelta(28), "up", 1.0, 1, people=True)

    assert say_term(usage).endswith("from at least 1 person in those 4 weeks")


def test_labels_say_how_events_read() -> None:
    assert say_term(condition(f"{{{USAGE}}}"), {"report_sent": "reports"}).startswith("reports is down by 50%")
