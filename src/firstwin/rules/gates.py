"""`unless`, `only_if` and `until`: a condition, or a bare name."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, RootModel, Tag

from firstwin.rules import terms
from firstwin.rules.conditions import Condition, any_of
from firstwin.rules.names import EventNames
from firstwin.rules.scope import Scope
from firstwin.rules.windows import something_since
from firstwin.rules.word import refusal


class BareNames(RootModel[EventNames]):
    """An event is meant since the start, a milestone ever; a list means any of them."""

    def term(self, scope: Scope) -> terms.Term:
        events = tuple(name for name in self.root if name not in scope.known.milestones)
        for index, name in enumerate(self.root):
            if name in events:
                scope.uses("event", name, index)
            else:
                scope.milestone(name, index)
        if events:
            something_since(scope)
        happened = [terms.Count(events, terms.SinceStart())] if events else []
        return any_of([*happened, *(terms.Reached(name) for name in self.root if name not in events)])


def _is_bare(value: object) -> bool:
    listed = value if isinstance(value, list | tuple) else [value]
    return isinstance(value, BareNames) or (bool(listed) and all(isinstance(name, str) for name in listed))


def _form(value: object) -> str:
    return "<name>" if _is_bare(value) else "<condition>"


def _shaped(value: object) -> object:
    if value == []:
        raise refusal("The list is empty.", "Write at least one name.")
    if isinstance(value, bool | int | float):
        raise refusal(
            "Here the name of an event, or a condition, is needed.", "Write `unless: logged_in`, for example."
        )
    return value


Gate = Annotated[
    Annotated[BareNames, Tag("<name>")] | Annotated[Condition, Tag("<condition>")],
    Discriminator(_form),
    BeforeValidator(_shaped),
]
