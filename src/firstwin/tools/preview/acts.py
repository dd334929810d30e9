"""Every message that a step may come to send, whatever is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args

from firstwin.rules.terms import Step, Term


@dataclass(frozen=True)
class Act:
    """A message's action; ``variant`` is where it stands in an action that chooses one of several."""

    variant: str
    action: Any


def acts_of(step: Step) -> Iterator[Act]:
    """In the order of the file."""
    for action in step.actions:
        yield from _acts(action, "")


def _acts(action: object, variant: str) -> Iterator[Act]:
    """What names a template is a message; what holds others is looked into, under their names or their numbers."""
    if hasattr(action, "template"):
        yield Act(variant, action)
    elif isinstance(action, tuple):
        several = sum(_holds_others(each) for each in action) > 1
        for number, each in enumerate(action, 1):
            name = getattr(each, "name", None) or (str(number) if several and _holds_others(each) else "")
            yield from _acts(each, "/".join(filter(None, (variant, name))))
    elif _holds_others(action):
        for one in fields(action):  # type: ignore[arg-type] # a dataclass, as was just asked
            yield from _acts(getattr(action, one.name), variant)


def _holds_others(action: object) -> bool:
    return is_dataclass(action) and not isinstance(action, (type, *get_args(Term))) and not hasattr(action, "template")
