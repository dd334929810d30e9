"""Rules that can be read and make no sense."""

from __future__ import annotations

import pytest

from tests.rules.given import loaded, rule_with, told

NEVER = "The start itself is what this excludes: the rule never sends anything."
EXCLUDED = "excludes: this never sends anything."


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"unless": "{did: signed_up, since: ever}"}, f"4:1 {NEVER}"),
        ({"unless": None, "until": "{did: [a, signed_up], since: ever}"}, f"6:1 {NEVER}"),
        ({"unless": None, "only_if": "{did_not: signed_up, since: ever}"}, f"6:1 {NEVER}"),
        ({"unless": None, "only_if": "{none: [{did: signed_up, since: ever}]}"}, f"6:1 {NEVER}"),
        ({"when": "activated", "unless": "activated"}, f"4:1 {NEVER}"),
        ({"when": "{becomes: {account.x: 1}}", "unless": "{account.x: 1}"}, f"4:1 {NEVER}"),
        ({"unless": "{account.x: 1}", "only_if": "{account.x: 1}"}, f"7:1 `only_if` asks for what `unless` {EXCLUDED}"),
        ({"unless": None, "until": "activated", "only_if": "{reached: activated}"}, f"7:1 `only_if` asks for what `until` {EXCLUDED}"),
    ],
)  # fmt: skip
def test_a_rule_that_never_fires_is_refused(lines: dict[str, str | None], problem: str) -> None:
    (found,) = told(loaded(rule_with(**lines)))

    assert found.startswith(problem)


@pytest.mark.parametrize(
    "lines",
    [
        {"unless": "{did: signed_up, since: start}"},  # a second one
        {"unless": "{did: signed_up, at_least: 2, since: ever}"},
        {"unless": "{did: signed_up, since: ever, where: {plan: pro}}"},
        {"when": "[signed_up, invited]", "unless": "{did: signed_up, since: ever}"},
        {"unless": "{account.x: 1}", "only_if": "{account.x: 2}"},
        {"when": "{becomes: {did_not: a, since: ever}}", "unless": None},
        {"when": "{becomes: {did_not: a, in_last: 7 days}}", "unless": None, "after": None},
    ],
)
def test_what_looks_alike_and_makes_sense_passes(lines: dict[str, str | None]) -> None:
    assert told(loaded(rule_with(**lines))) == []


def test_gates_of_two_steps_may_differ() -> None:
    steps = "{one: {after: 1 day, unless: {account.x: 1}, then: {record: m}}, two: {after: 1 day, only_if: {account.x: 1}, then: {record: n}}}"

    assert told(loaded(rule_with(unless=None, after=None, then=None, steps=steps))) == []


def test_a_gate_of_the_rule_counts_for_its_steps() -> None:
    steps = "{one: {after: 1 day, only_if: {account.x: 1}, then: {record: m}}}"
    (problem,) = told(loaded(rule_with(unless="{account.x: 1}", after=None, then=None, steps=steps)))

    assert problem.startswith(f"5:29 `only_if` asks for what `unless` {EXCLUDED}")


@pytest.mark.parametrize("gate", ["paid", "{did: paid, since: start}", "{did: paid, within: 24 hours}"])
def test_a_forgotten_same_raises_a_doubt(gate: str) -> None:
    assert told(loaded(rule_with(when="{event: payment_failed, per: invoice_id}", unless=gate))) == [
        "4:1 warning: This counts `paid` of every `invoice_id`, not only that of the start. If only that one is meant, write `{did: paid, same: invoice_id, since: start}`."
    ]


@pytest.mark.parametrize(
    ("start", "gate"), [("order_placed", "order_paid"), ("Order Placed", "Order Paid"), ("bought", "order_paid")]
)
def test_what_may_speak_of_the_same_things_raises_it(start: str, gate: str) -> None:
    assert len(told(loaded(rule_with(when=f"{{event: {start}, per: order_id}}", unless=gate)))) == 1


@pytest.mark.parametrize("gate", ["app_opened", "Session Started", "report_placed"])
def test_what_speaks_of_other_things_raises_none(gate: str) -> None:
    assert told(loaded(rule_with(when="{event: order_placed, per: order_id}", unless=gate))) == []


def test_a_same_raises_none() -> None:
    gate = "{did: paid, same: invoice_id, since: start}"

    assert told(loaded(rule_with(when="{event: payment_failed, per: invoice_id}", unless=gate))) == []


@pytest.mark.parametrize(
    "state",
    [
        "{did_not: a, since: ever}",
        "{account.plan: {exists: false}}",
        "{none: [{did: a, since: ever}]}",
        "{all: [{did_not: a, since: ever}, {did: b, at_most: 2, since: ever}]}",
        "{any: [{did_not: a, since: ever}, {account.x: 1}]}",
    ],
)
def test_a_state_that_everybody_is_born_into_raises_a_doubt(state: str) -> None:
    (problem,) = told(loaded(rule_with(when=f"{{becomes: {state}}}", after=None, unless=None)))

    assert problem.startswith("2:7 warning: Every new account is in this state from its first moment")
