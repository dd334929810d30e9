"""What a step does for this subject: the branch that holds, the variant that was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from firstwin.decide.draw import draw
from firstwin.rules.terms import Action, Choose, Message, Record, SingleAction, Split, Term, Variant

OTHERWISE = "otherwise"


@dataclass
class Chosen:
    """``branches`` are counted from 1; several, one inside the other or side by side, stand in the order of the file."""

    actions: list[SingleAction] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        return [action for action in self.actions if not isinstance(action, Record)]

    @property
    def records(self) -> list[Record]:
        return [action for action in self.actions if isinstance(action, Record)]

    @property
    def branch(self) -> str | None:
        return "/".join(self.branches) or None

    @property
    def variant(self) -> str | None:
        return "/".join(self.variants) or None


def choose(actions: Sequence[Action], holds: Callable[[Term], bool], rule: str, subject: str) -> Chosen:
    """``rule`` is the name that lots are drawn by."""
    single = [action for action in actions if not isinstance(action, (Choose, Split))]
    if len(single) == len(actions):
        return Chosen(single)
    chooser = _Chooser(holds, rule, subject)
    chooser.take(actions, "split")
    return chooser.chosen


class _Chooser:
    def __init__(self, holds: Callable[[Term], bool], rule: str, subject: str) -> None:
        self.chosen = Chosen()
        self._holds = holds
        self._rule = rule
        self._subject = subject

    def take(self, actions: Iterable[Action], lot: str) -> None:
        """``lot`` is what is drawn: a split inside a variant draws anew, the steps of a rule all draw the same."""
        for action in actions:
            match action:
                case Choose():
                    self._branch(action, lot)
                case Split():
                    self._variant(action, lot)
                case _:
                    self.chosen.actions.append(action)

    def _branch(self, choice: Choose, lot: str) -> None:
        for number, branch in enumerate(choice.branches, 1):
            if branch.condition is None or self._holds(branch.condition):
                self.chosen.branches.append(OTHERWISE if branch.condition is None else str(number))
                self.take(branch.actions, lot)
                return

    def _variant(self, split: Split, lot: str) -> None:
        variant = _drawn(split, draw(self._rule, self._subject, lot))
        self.chosen.variants.append(variant.name)
        self.take(variant.actions, f"{lot}/{variant.name}")


def _drawn(split: Split, number: float) -> Variant:
    reached = 0.0
    for variant in split.variants:
        reached += variant.share
        if number < reached:
            return variant
    return split.variants[-1]  # what is lost in adding
