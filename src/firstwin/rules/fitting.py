"""Which keys of a rule go with which start: where one of them has nothing to count from, or nothing to end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from firstwin.rules.actions import RecordWord
from firstwin.rules.documents import Path
from firstwin.rules.scope import Scope

if TYPE_CHECKING:
    from firstwin.rules.rule_file import RuleFile

AT_ITS_TIME = "The clock strikes at its own time, and the rule acts then."
AFTER_THE_CLOCK = {
    "after": (AT_ITS_TIME, "Take the line out, and write the time that is meant: `at: 10:00`."),
    "before": (AT_ITS_TIME, "Take the line out, and write the time that is meant: `at: 08:00`."),
    "every": ("The clock itself comes again and again.", "Say in `when:` on which days: `every: [monday, thursday]`."),
    "until": (
        "A start by the clock ends at once, so there is nothing to end.",
        "Write `unless:` in place of `until:`.",
    ),
    "backfill": ("What the clock struck before the rule was there is over.", "Take the line out."),
}
RECORDED = "A milestone is reached when something has become true, and not at a time of day."


def misfits(file: RuleFile, scope: Scope) -> None:
    """Tells the scope what does not go with the rule's start."""
    kind = scope.start.kind if scope.start else None
    if kind == "clock":
        _by_the_clock(file, scope)
    elif kind is not None and scope.start and not scope.start.is_dated:
        _without_a_date(file, scope)
    if file.when_over is not None:
        _when_over(file, kind, scope)
    _repeated(file, scope)


def _by_the_clock(file: RuleFile, scope: Scope) -> None:
    for word, (message, suggestion) in AFTER_THE_CLOCK.items():
        for path in _said(file, word):
            scope.refuse(message, suggestion, *path, at="key")
    for path in _records(file):
        scope.refuse(RECORDED, "Start the rule with `when: {becomes: …}`.", *path)


def _without_a_date(file: RuleFile, scope: Scope) -> None:
    for path in _said(file, "before"):
        message = "`before` counts back from a date, and this rule does not start with one."
        better = "Write `after`, or start the rule with `when: {date: account.trial_ends_at}`."
        scope.refuse(message, better, *path, at="key")


def _when_over(file: RuleFile, kind: str | None, scope: Scope) -> None:
    if kind not in ("becomes", None):
        message = "`when_over` is done when a state ends, and this rule does not start with one."
        scope.refuse(message, "Take it out, or start the rule with `when: {becomes: …}`.", "when_over", at="key")
    for index, action in enumerate(file.when_over or ()):
        if isinstance(action, RecordWord):
            message = "A milestone that was reached stays reached, so none is recorded when a state is over."
            scope.refuse(message, "Write a rule of its own, with `when: {becomes: …}`.", "when_over", index)
    actions = [action for _, then in _thens(file) for action in then]
    if actions and all(isinstance(action, RecordWord) for action in actions):
        message = "This rule only records, and a milestone that was reached stays reached."
        scope.refuse(message, "Write a rule of its own for the message.", "when_over", at="key")


def _repeated(file: RuleFile, scope: Scope) -> None:
    for name, step in (file.steps or {}).items():
        if step.every and any(isinstance(action, RecordWord) for action in step.then or ()):
            message = "A milestone is reached once, and this step is repeated."
            scope.refuse(message, "Record it in a step of its own.", "steps", name, "then")


def _said(file: RuleFile, word: str) -> Iterator[Path]:
    """Where a key is written: in the rule, and in its steps."""
    if getattr(file, word, None):
        yield (word,)
    yield from (("steps", name, word) for name, step in (file.steps or {}).items() if getattr(step, word, None))


def _thens(file: RuleFile) -> Iterator[tuple[Path, tuple[object, ...]]]:
    yield ("then",), file.then or ()
    yield from ((("steps", name, "then"), step.then or ()) for name, step in (file.steps or {}).items())


def _records(file: RuleFile) -> Iterator[Path]:
    for path, then in _thens(file):
        yield from (path for action in then if isinstance(action, RecordWord))
