"""`when: {nudged: RULE}`: a rule that begins when another one has nudged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from firstwin.rules import terms
from firstwin.rules.names import RuleNames
from firstwin.rules.problems import did_you_mean
from firstwin.rules.scope import Scope, StartFacts
from firstwin.rules.word import Word


class NudgedStartWord(Word):
    nudged: RuleNames

    called: ClassVar[str] = "A start by another rule's nudge"
    synonyms: ClassVar[Mapping[str, str]] = {"rule": "nudged", "by": "nudged"}

    def facts(self, _milestones: Mapping[str, Any]) -> StartFacts:
        return StartFacts("nudged")

    def start(self, scope: Scope) -> terms.Start:
        for index, name in enumerate(self.nudged):
            _is_there(name, scope, index)
        return terms.EventStart(tuple(terms.NUDGED + name for name in self.nudged))


def _is_there(name: str, scope: Scope, index: int) -> None:
    """The rule that is named must be there, and be about the same kind of subject."""
    scope.uses("nudged", name, "nudged", index)
    if name not in scope.known.rules:
        suggestion = did_you_mean(name, scope.known.rules) or f"Write the file rules/{name}.yaml."
        scope.refuse(f"There is no rule `{name}`.", suggestion, "nudged", index)
        return
    about = scope.known.abouts.get(name)
    if scope.about and about and scope.about != about:
        nudged, asked = ("people", "accounts") if about == "person" else ("accounts", "people")
        message = f"`{name}` nudges {nudged}, and this rule is about {asked}."
        scope.refuse(message, f"Write the rule `about: {about}`.", "nudged", index)
