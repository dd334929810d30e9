"""What a rule is sure of when it sends."""

from __future__ import annotations

import pytest

from firstwin.rules.sure import sure_of
from tests.rules.given import rule_with, the_rule


@pytest.mark.parametrize(
    ("lines", "sure"),
    [
        ({}, set()),
        ({"when": "{date: account.trial_ends_at}", "unless": None}, {"start.date", "account.trial_ends_at"}),
        ({"when": "{event: failed, per: invoice, where: {amount: {at_least: 1}, why: {exists: false}}}"}, {"start.invoice", "start.amount"}),
        ({"when": "{date: account.renews, every: year}", "unless": None, "again": "every time"}, {"start.date", "start.years", "account.renews"}),
        ({"when": "{event: booked, date: departs_at}", "unless": None}, {"start.date", "start.departs_at"}),
        ({"when": "{changed: account.plan, to: pro}"}, {"start.to"}),
        ({"when": "{changed: account.plan, from: {exists: false}, to: pro}"}, {"start.to"}),
        ({"only_if": "{all: [{account.mrr: {at_least: 1}}, {account.csm: {exists: false}}]}"}, {"account.mrr"}),
        ({"only_if": "{any: [{account.mrr: {at_least: 1}}, {account.plan: pro}]}"}, set()),
        ({"only_if": "{none: [{account.plan: pro}]}"}, set()),
        ({"about": "person", "only_if": "{all: [{person.role: admin}, {account.plan: pro}]}"}, {"account.plan"}),
        ({"when": "{becomes: {account.health: red}}"}, {"account.health"}),
        ({"when": "{becomes: {account.health: red}}", "when_over": "{alert: calm, to: csm}"}, set()),
    ],
)  # fmt: skip
def test_a_rule_is_sure_of_what_its_words_ask_for(lines: dict[str, str | None], sure: set[str]) -> None:
    assert sure_of(the_rule(rule_with(**lines))) == sure
