"""A rank is refused with the reason, and not taken for a slip of something else."""

from __future__ import annotations

import pytest

from tests.rules.given import loaded, rule_with, told

RANK = "would compare people or accounts with each other, and a condition asks each by itself. Let an import"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("{top_person: {did_not: login, in_last: 7 days}}", f"`top_person` {RANK}"),
        ("{most_active_user: {did_not: login, in_last: 7 days}}", f"`most_active_user` {RANK}"),
        ("{biggest_account: {account.domain: acme.example}}", f"`biggest_account` {RANK}"),
    ],
)
def test_it_says_why_and_what_to_do_instead(written: str, why: str) -> None:
    (problem,) = told(loaded(rule_with(unless=None, only_if=written)))
    assert why in problem


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{top_up: true}", "if it is an event, `did: top_up`"),
        ("{any_persons: {person.role: admin}}", "Did you mean `any_person`?"),
        ("{most_recent: plan_chosen}", "Did you mean `latest`?"),
    ],
)
def test_a_slip_is_still_a_slip(written: str, meant: str) -> None:
    (problem,) = told(loaded(rule_with(unless=None, only_if=written)))
    assert meant in problem
