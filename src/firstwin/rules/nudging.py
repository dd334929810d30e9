"""`nudged`: whether a message of some rule, or of one of its steps, reached the subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.deadline import judged_in_time
from firstwin.rules.names import RuleNames, StepName
from firstwin.rules.problems import did_you_mean, listed
from firstwin.rules.scope import KnownRule, Scope
from firstwin.rules.windows import Windowed
from firstwin.rules.word import refused_at


class NudgedWord(Windowed):
    """A list of rules means any of them."""

    nudged: RuleNames
    step: StepName | None = None

    head: ClassVar[str] = "nudged"
    called: ClassVar[str] = "`nudged`"
    synonyms: ClassVar[Mapping[str, str]] = {
        "steps": "step", "message": "step", "last": "in_last", "in_the_last": "in_last", "before": "before_start",
    }  # fmt: skip

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        named = data.get("nudged")
        if "step" in data and isinstance(named, list | tuple) and len(named) > 1:
            message = "`step:` is a step of one rule, and here are several."
            yield refused_at("step", message=message, suggestion="Join a condition for each with `any:`.", at="key")

    def term(self, scope: Scope) -> terms.Term:
        judged_in_time(self, scope, is_upper_bound=False)
        window = self.window(scope)
        for index, name in enumerate(self.nudged):
            self._known(name, index, scope)
        found = tuple(terms.Nudged(name, window, self.step) for name in self.nudged)
        return found[0] if len(found) == 1 else terms.AnyOf(found)

    def _known(self, name: str, index: int, scope: Scope) -> None:
        rule = scope.known.rules.get(name)
        if rule is None:
            scope.refuse(f"There is no rule `{name}`.", _meant(name, scope.known.rules), "nudged", index)
            return
        if not rule.sends:
            message = f"`{name}` only records a milestone, and nudges nobody."
            reached = listed([f"reached: {milestone}" for milestone in _recorded_by(name, scope)])
            scope.refuse(message, f"Write {reached}." if reached else "", "nudged", index)
        elif scope.about and rule.about and rule.about != scope.about:
            self._of_others(name, index, scope)
        if self.step and rule.steps is not None and self.step not in rule.steps:
            self._no_such_step(name, rule.steps, scope)

    def _of_others(self, name: str, index: int, scope: Scope) -> None:
        if scope.about == "account":
            message = f"`{name}` nudges people, and this asks about an account."
            scope.refuse(message, f"Put it into `any_person: {{nudged: {name}, …}}`.", "nudged", index)
        else:
            message = f"`{name}` nudges accounts, and this asks about a person."
            scope.refuse(message, "Name a rule that is about people as well.", "nudged", index)

    def _no_such_step(self, name: str, steps: tuple[str, ...], scope: Scope) -> None:
        if not steps:
            scope.refuse(f"`{name}` has no steps, only one message.", "Take `step:` out.", "step", at="key")
            return
        suggestion = did_you_mean(self.step or "", steps) or f"It has {listed(steps, 'and')}."
        scope.refuse(f"`{name}` has no step `{self.step}`.", suggestion, "step")


def _meant(name: str, rules: Mapping[str, KnownRule]) -> str:
    renamed = next((other for other, rule in rules.items() if rule.was == name), None)
    if renamed:
        return f"It is called `{renamed}` now."
    owner = next((other for other, rule in rules.items() if name in (rule.steps or ())), None)
    if owner:
        return f"It is a step: write `nudged: {owner}, step: {name}`."
    meant = did_you_mean(name, rules)
    return meant or "A rule is named by its file in rules/, without the ending."


def _recorded_by(name: str, scope: Scope) -> list[str]:
    return [milestone for milestone, rules in scope.known.milestones.items() if name in rules]
