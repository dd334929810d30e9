"""Why a message goes out, in words that its reader understands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from firstwin.deliver.context import Started, Told
from firstwin.deliver.story import Story
from firstwin.match.value import Clause, Standing
from firstwin.rules.terms import (
    OVER,
    Again,
    BecomesStart,
    ChangedStart,
    Count,
    DateStart,
    EventStart,
    InLast,
    PropertyName,
    Rule,
    Step,
)
from firstwin.rules.terms_clock import ClockStart
from tests.deliver.given import LEASED
from tests.outbox.given import NOON

RULE = Rule("no-login", "account", EventStart(("signed_up",)), (Step("", timedelta(0), ()),), Again("never"))
LABELS = {"data_connected": "connected your data", "activated": "got your first win"}
RICH = Clause("account.mrr is at least 1,000", holds=True, value=1500.0, name="account.mrr")
POOR = replace(RICH, holds=False)


def did(name: str, count: int, *, holds: bool | None = None, milestone: str = "") -> Clause:
    return Clause(
        f"{name} since the start", bool(count) if holds is None else holds, count, None, None, name, milestone
    )


def told(*evidence: Clause, **rule: Any) -> Told:
    story = Story(lambda _: replace(RULE, **rule), LABELS)
    return story.tell(LEASED, Started("account", "acme", NOON), Standing(evidence=evidence))


def names(steps: tuple[Any, ...]) -> list[str]:
    return [step["name"] for step in steps]


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ((), "Signed up."),
        ((did("logged_in", 0),), "Signed up and not yet logged in."),
        ((did("logged_in", 0), RICH), "Signed up, not yet logged in and account.mrr is at least 1,000."),
        ((did("logged_in", 2), POOR), "Signed up."),
        ((did("data_connected", 0),), "Signed up and not yet connected your data."),
    ],
)
def test_what_happened_and_what_has_not(evidence: tuple[Clause, ...], why: str) -> None:
    assert told(*evidence).why == why


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (EventStart(("data_connected", "signed_up")), "Connected your data or signed up."),
        (EventStart(("firstwin.milestone.activated",)), "Got your first win."),
        (DateStart(PropertyName("account", "trial_ends_at")), "The date in account.trial_ends_at."),
        (DateStart(PropertyName("person", "birthday"), True), "The date in person.birthday, as each year."),
        (ChangedStart(PropertyName("account", "plan")), "Account.plan changed."),
        (
            BecomesStart(Count(("logged_in",), InLast(timedelta(days=14)), None, 1)),
            "Logged in at most once in the last 14 days.",
        ),
    ],
)
def test_each_kind_of_start(when: Any, why: str) -> None:
    assert told(when=when).why == why


def test_the_state_that_began_it_is_not_told_twice() -> None:
    condition = Count(("logged_in",), InLast(timedelta(days=14)), 0, 0)
    clause = Clause("not logged in in the last 14 days", holds=True, count=0, name="logged_in")
    assert told(clause, when=BecomesStart(condition)).why == "Not logged in in the last 14 days."


def test_steps_that_are_done_and_steps_that_are_missing() -> None:
    found = told(did("data_connected", 1), did("report_sent", 0))
    assert names(found.done) == ["signed_up", "data_connected"]
    assert found.missing == ({"name": "report_sent", "label": "report sent"},)
    assert found.done[1] == {"name": "data_connected", "label": "connected your data"}


def test_once_is_not_enough_where_three_are_asked_for() -> None:
    found = told(did("report_sent", 2, holds=False))
    assert found.missing == ({"name": "report_sent", "label": "report sent (2 so far)"},)


def test_a_milestone_is_told_by_its_parts() -> None:
    found = told(
        did("activated", 0),
        did("data_connected", 1, milestone="activated"),
        did("report_sent", 0, milestone="activated"),
    )
    assert found.why == "Signed up and not yet got your first win."
    assert names(found.done) == ["signed_up", "data_connected"]
    assert names(found.missing) == ["report_sent"]


def test_a_milestone_without_parts_is_a_step_itself() -> None:
    assert names(told(did("activated", 0)).missing) == ["activated"]


def test_it_counts_from_the_start() -> None:
    assert told().since == NOON


def test_a_rule_that_is_gone_tells_nothing() -> None:
    found = Story(lambda _: None, {}).tell(LEASED, Started("account", "acme", NOON), Standing())
    assert found == Told("", NOON)


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (ClockStart(("monday",), "09:00", "UTC"), "Every Monday at 09:00 UTC."),
        (EventStart(("firstwin.nudged.welcome",)), "“welcome” was sent."),
        (EventStart(("booked",), date="departs_at"), "Counting from the date in departs_at of the newest “booked”."),
    ],
)
def test_clocks_chains_and_dates_of_events_are_told(when: ClockStart | EventStart, why: str) -> None:
    assert told(when=when).why == why


def test_a_chain_is_no_step_that_a_customer_took() -> None:
    assert told(when=EventStart(("firstwin.nudged.welcome",))).done == ()


def test_the_end_of_a_state_is_told_as_its_end() -> None:
    busy = BecomesStart(Count(("logged_in",), InLast(timedelta(days=1))))
    story = Story(lambda _: replace(RULE, when=busy), LABELS)
    over = story.tell(
        replace(LEASED, step=OVER), Started("account", "acme", NOON), Standing(evidence=(did("logged_in", 0),))
    )
    assert (over.why, over.missing) == ("No longer so: logged in in the last 24 hours.", ())
