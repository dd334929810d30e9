"""What a step does for a subject, in plain loops: the first branch that holds, the variant whose lot was drawn.

- A branch is called by its place, from 1, or ``otherwise``; a variant by its name. Those one inside the other are joined by ``/``.
- The same lot holds for every step of a rule; inside a variant another is drawn. Lots go by the rule and the subject alone.
- What a step lives for is told by what was chosen; where nothing was, it lives as long as a mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from firstwin.rules.terms import Action, Alert, Choose, Digest, Email, Record, SingleAction, Split, Term, Webhook

PARTS = 16**14


@dataclass(frozen=True)
class Chosen:
    actions: tuple[SingleAction, ...] = ()
    branch: tuple[str, ...] = ()
    variant: tuple[str, ...] = ()

    def __add__(self, other: Chosen) -> Chosen:
        return Chosen(self.actions + other.actions, self.branch + other.branch, self.variant + other.variant)


def chosen(actions: Sequence[Action], holds: Callable[[Term], bool], rule: str, subject: str) -> Chosen:
    return _chosen(actions, holds, rule, subject, "split")


def _chosen(actions: Sequence[Action], holds: Callable[[Term], bool], rule: str, subject: str, lot: str) -> Chosen:
    found = Chosen()
    for action in actions:
        if isinstance(action, Choose):
            for number, branch in enumerate(action.branches):
                if branch.condition is None or holds(branch.condition):
                    name = "otherwise" if branch.condition is None else str(number + 1)
                    found += Chosen(branch=(name,)) + _chosen(branch.actions, holds, rule, subject, lot)
                    break
        elif isinstance(action, Split):
            left = number_of(rule, subject, lot)
            for variant in action.variants:
                left -= variant.share
                if left < 0:
                    inside = _chosen(variant.actions, holds, rule, subject, f"{lot}/{variant.name}")
                    found += Chosen(variant=(variant.name,)) + inside
                    break
        else:
            found += Chosen((action,))
    return found


def number_of(rule: str, subject: str, lot: str) -> float:
    """From 0 up to 1: the first 14 hexadecimal digits of the hash."""
    return int(hashlib.sha256(f'["{rule}", "{subject}", "{lot}"]'.encode()).hexdigest()[:14], 16) / PARTS


def longest_lifetime(actions: Sequence[SingleAction], expires_after: Mapping[str, timedelta]) -> timedelta | None:
    """None for ever."""
    if any(isinstance(action, Record) for action in actions):
        return None
    channels = {Email: "email", Alert: "alert", Webhook: "webhook", Digest: "digest"}
    named = [channels[type(action)] for action in actions if not isinstance(action, Record)]
    return max(expires_after[channel] for channel in named or ["email"])
