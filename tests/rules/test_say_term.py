"""Conditions in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.say import say_term
from firstwin.rules.terms import AnyOf, Count, Ever, Existed, InLast, This
from tests.rules.given import condition


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{did: logged_in, since: start}", "logged in since the start"),
        ("{did: logged_in, since: ever}", "logged in at any time so far"),
        ("{did: Order Completed, in_last: 8 weeks}", "“Order Completed” in the last 8 weeks"),
        ("{did: [a_b, c_d], since: start}", "a b or c d since the start"),
        ("{did: logged_in, at_least: 5, in_last: 14 days}", "logged in at least 5 times in the last 14 days"),
        ("{did: logged_in, at_least: 2, at_most: 4, since: ever}", "logged in 2 to 4 times at any time so far"),
        ("{did: logged_in, exactly: 1, since: ever}", "logged in exactly once at any time so far"),
        ("{did: logged_in, at_most: 2, since: start}", "logged in at most twice since the start"),
        ("{did: logged_in, at_most: 1, in_last: 14 days}", "logged in at most once in the last 14 days and created at least 14 days ago"),
        ("{did_not: logged_in, since: start}", "not logged in since the start"),
        ("{did_not: logged_in, since: ever}", "never logged in"),
        ("{did_not: logged_in, within: 24 hours}", "not logged in within 24 hours of the start"),
        ("{did_not: logged_in, in_last: 30 days}", "not logged in in the last 30 days and created at least 30 days ago"),
        ("{did_not: logged_in, this: month}", "not logged in this month and created before this month began"),
        ("{did: logged_in, this: day}", "logged in today"),
        ("{did: logged_in, before_start: 7 days}", "logged in in the 7 days before the start"),
        ("{did: logged_in, between: [14 days ago, 7 days ago]}", "logged in between 14 days ago and 7 days ago"),
        ("{did: paid, since: start, same: invoice_id}", "paid for the same invoice_id since the start"),
        ("{did: paid, since: ever, where: {plan: pro, sum: {at_least: 5}}}", "paid (where plan is “pro” and sum is at least 5) at any time so far"),
        ("{account.mrr: {at_least: 1000}}", "account.mrr is at least 1,000"),
        ("{account.mrr: {more_than: 2.5, less_than: 1000000}}", "account.mrr is more than 2.5 and account.mrr is less than 1,000,000"),
        ("{account.plan: [starter, pro]}", "account.plan is “starter” or “pro”"),
        ("{account.paying: true}", "account.paying is true"),
        ("{account.plan: {is_not: [free, internal]}}", "account.plan is something other than “free” or “internal”"),
        ("{account.plan: {exists: false}}", "account.plan is not set"),
        ("{account.plan: {exists: true}}", "account.plan is set"),
        ("{account.name: {contains: Inc}}", "account.name contains “Inc”"),
        ("{account.name: {matches: 'A*'}}", "account.name looks like “A*”"),
        ("{account.ends: {in_next: 3 days}}", "account.ends is in the next 3 days"),
        ("{account.ends: {in_last: 3 days}}", "account.ends was in the last 3 days"),
        ("{account.ends: {older_than: 3 days}}", "account.ends is 3 days ago or longer"),
        ("{account.used: {at_least: 80%, of: account.seats}}", "account.used is at least 80% of account.seats"),
        ("{account.seats: {at_least: 10, above: account.used}}", "account.seats is at least 10 above account.used"),
        ("{account.used: {at_most: 3, below: account.seats}}", "account.used is at most 3 below account.seats"),
        ("{start.amount: {at_least: 5}}", "start.amount is at least 5"),
        ("{reached: activated}", "reached “activated”"),
        ("{segment: at-risk}", "in the segment “at-risk” (account.health is at most 50)"),
        ("{none: [{account.plan: internal}]}", "not (account.plan is “internal”)"),
        ("{none: [{account.a: 1}, {account.b: 2}]}", "none of these: (account.a is 1; account.b is 2)"),
        ("{any: [{account.a: 1}, {account.b: 2}, {account.c: 3}]}", "account.a is 1, account.b is 2 or account.c is 3"),
        ("{any: [{account.a: 1}, {account.b: 2}, {account.c: 3}], at_least: 2}", "at least 2 of these: account.a is 1; account.b is 2; account.c is 3"),
        ("{all: [{account.a: 1}, {any: [{account.b: 2}, {account.c: 3}]}]}", "account.a is 1 and (account.b is 2 or account.c is 3)"),
    ],
)  # fmt: skip
def test_a_condition_is_said(written: str, said: str) -> None:
    assert say_term(condition(written)) == said


def test_in_a_person_rule_anyone_is_said() -> None:
    found = condition("{did: logged_in, since: ever, by: anyone}", about="person", then="{record: m}")

    assert say_term(found) == "logged in by anyone in the account at any time so far"


def test_labels_say_how_events_and_milestones_read() -> None:
    labels = {"data_connected": "connected your data", "activated": "had the first win"}

    assert say_term(condition("{did: data_connected, since: start}"), labels) == "connected your data since the start"
    assert say_term(condition("{reached: activated}"), labels) == "had the first win"


def test_what_was_never_spelt_can_be_said_too() -> None:
    assert say_term(Existed(InLast(timedelta(days=3)))) == "created at least 3 days ago"
    assert say_term(Existed(This("week"))) == "created before this week began"
    assert say_term(Count(("a_b",), Ever(), None, None)) == "a b at least once at any time so far"


@given(st.lists(st.sampled_from(["a_b", "c"]), min_size=1, max_size=3), st.integers(1, 3))
def test_everything_named_is_said(names: list[str], at_least: int) -> None:
    said = say_term(AnyOf(tuple(Count((name,), Ever()) for name in names), at_least))

    assert all(name.replace("_", " ") in said for name in names)
