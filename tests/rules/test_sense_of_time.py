"""States that are over before anything of them is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.sense_of_time import lasts
from firstwin.rules.terms import InLast, Nudged
from tests.rules.given import condition, loaded, rule_with, told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "longest"),
    [
        ("{did: a, in_last: 2 hours}", 2 * HOUR),
        ("{did: a, at_least: 2, at_most: 4, in_last: 2 hours}", 2 * HOUR),
        ("{did: a, at_most: 4, in_last: 2 hours}", None),
        ("{did_not: a, in_last: 2 hours}", None),
        ("{did: a, since: ever}", None),
        ("{days_with: a, at_least: 2, in_last: 7 days}", 7 * DAY),
        ("{fell: account.x, by: 3, in_last: 7 days}", 7 * DAY),
        ("{changed: account.x, in_last: 24 hours}", DAY),
        ("{account.x: {in_next: 7 days}}", 7 * DAY),
        ("{account.x: {older_than: 7 days}}", None),
        ("{account.x: {at_least: 3}}", None),
        ("{all: [{account.x: 1}, {did: a, in_last: 3 days}, {did: b, in_last: 2 days}]}", 2 * DAY),
        ("{any: [{did: a, in_last: 3 days}, {did: b, in_last: 2 days}]}", 3 * DAY),
        ("{any: [{account.x: 1}, {did: b, in_last: 2 days}]}", None),
        ("{none: [{did: b, in_last: 2 days}]}", None),
    ],
)
def test_how_long_a_state_lasts_if_nothing_more_happens(written: str, longest: timedelta | None) -> None:
    assert lasts(condition(written, again="every time")) == longest


def test_a_message_that_arrived_lately_is_old_in_the_end() -> None:
    assert lasts(Nudged("welcome", InLast(DAY))) == DAY


def test_only_the_steps_that_come_too_late_are_told() -> None:
    steps = "{one: {after: 1 hour, then: {alert: a, to: csm}}, two: {after: 3 hours, then: {alert: b, to: csm}}}"
    text = rule_with(
        when="{becomes: {did: a, in_last: 2 hours}}", unless=None, after=None, then=None, steps=steps
    )  # fmt: skip
    (problem,) = told(loaded(text))
    assert problem.startswith("4:64 warning: This state is over 2 hours after what made it true, and 3 hours of it")
