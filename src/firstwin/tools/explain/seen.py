"""Starts, steps, nudges and deliveries as they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from firstwin.rules.say import say_action, say_wait
from firstwin.rules.terms import Rule
from firstwin.tools.explain.answer import AttemptSeen, DeliverySeen, NudgeSeen, SkipSeen, StartSeen, StepSeen, Would
from firstwin.tools.explain.found import Untaken
from firstwin.tools.explain.kept import Kept, Row
from firstwin.tools.reasons import in_words


def taken(rule: Rule, kept: Kept, start: Row, would: Mapping[str, Would]) -> StartSeen:
    """A start that stands in the database, with what came of each step."""
    steps = tuple(_step(rule, kept, start, row, would.get(row["step"])) for row in kept.steps_of(start["id"]))
    return StartSeen(
        start["id"], start["key"], start["at"], start["seen_at"], start["state"], start["reason"],
        in_words(start["reason"]), start["per"], start["actor"], steps,
    )  # fmt: skip


def not_taken(rule: Rule, found: Untaken, steps: list[Row], would: Mapping[str, Would]) -> StartSeen:
    """A start that the facts show."""
    row = found.row
    shown = tuple(
        StepSeen(one["step"], _says(rule, one["step"]), one["due_at"], "expected", would=would.get(one["step"]))
        for one in steps
    )
    why = ": ".join(filter(None, (in_words(found.reason), found.why)))
    return StartSeen(None, row["key"], row["at"], None, "not taken", found.reason, why, row["per"], row["actor"], shown)


def _step(rule: Rule, kept: Kept, start: Row, row: Row, would: Would | None) -> StepSeen:
    nudge = kept.nudge_of(start["id"], row["step"])
    return StepSeen(
        row["step"],
        _says(rule, row["step"]),
        row["due_at"],
        row["state"],
        None if nudge is None else _nudge(kept, nudge),
        tuple(_skip(skip) for skip in kept.skips_of(start["key"], row["step"])),
        would,
    )


def _says(rule: Rule, name: str) -> str:
    step = next((one for one in rule.all_steps if one.name == name), None)
    if step is None:
        return "not in the file any more"
    return f"{say_wait(step, rule.when)}, {' and '.join(say_action(action) for action in step.actions)}"


def _skip(row: Row) -> SkipSeen:
    return SkipSeen(row["reason"], in_words(row["reason"]), row["detail"], row["first_at"], row["last_at"])


def _nudge(kept: Kept, row: Row) -> NudgeSeen:
    deliveries = tuple(_delivery(kept, each) for each in kept.deliveries_of(row["id"]))
    return NudgeSeen(row["id"], row["decided_at"], row["mode"], row["rule_version"], deliveries)


def _delivery(kept: Kept, row: Row) -> DeliverySeen:
    attempts = tuple(
        AttemptSeen(each["began_at"], each["outcome"], each["reason"], each["detail"])
        for each in kept.attempts_of(row["id"])
    )
    to = masked(row["address"]) if row["address"] else row["destination"]
    return DeliverySeen(
        row["id"], row["channel"], row["template"], to, row["state"], row["reason"], in_words(row["reason"]),
        row["due_at"], row["retry_at"], row["settled_at"], attempts,
    )  # fmt: skip


def masked(address: str) -> str:
    """Enough of an address to know it again: ``a…@acme.example``."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}…{at}{domain}" if at else "…"
