"""`did` and `did_not`: how often something happened in a window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.comparisons import WhereWord, where_terms
from firstwin.rules.deadline import judged_in_time
from firstwin.rules.names import EventNames, EventProperty, Times
from firstwin.rules.scope import Scope
from firstwin.rules.strictly import LESS, MORE, instead_of_strict
from firstwin.rules.windows import Windowed, needs_start
from firstwin.rules.word import refused_at

NUMBERS = ("at_least", "at_most", "exactly")
SYNONYMS = {
    "min": "at_least", "minimum": "at_least", "max": "at_most", "maximum": "at_most", "times": "exactly",
    "count": "at_least", "more_than": "at_least", "less_than": "at_most", "last": "in_last", "in_the_last": "in_last",
    "during": "in_last", "filter": "where", "with": "where", "for": "same", "before": "before_start",
}  # fmt: skip


class Counting(Windowed):
    """What ``did`` and ``did_not`` share."""

    where: WhereWord | None = None
    same: EventProperty | None = None
    by: Literal["anyone"] | None = None

    synonyms: ClassVar[Mapping[str, str]] = SYNONYMS

    def counted(self, scope: Scope, names: tuple[str, ...], at_least: int | None, at_most: int | None) -> terms.Term:
        """The count, and where it speaks of a silence, the need to have existed for all of it."""
        self._spoken_of(scope, names)
        count = terms.Count(
            names,
            self.window(scope),
            at_least,
            at_most,
            where=where_terms(self.where, scope.at("where"), names),
            same=self._same(scope),
            anyone=self._anyone(scope),
        )
        judged_in_time(self, scope, is_upper_bound=at_most is not None)
        return silence(count)

    def _spoken_of(self, scope: Scope, names: tuple[str, ...]) -> None:
        for index, name in enumerate(names):
            instead = "none: [{{reached: {}}}]" if self.head == "did_not" else "reached: {}"
            scope.event(name, self.head, index, instead=instead)

    def _same(self, scope: Scope) -> str | None:
        if (
            self.same
            and needs_start(scope, "same:", "same")
            and scope.start
            and scope.start.kind not in ("event", None)
        ):
            message = (
                "`same:` asks for the value that the start's event carried, and this rule does not start with an event."
            )
            scope.refuse(message, "Take `same:` out, or start the rule with `when: {event: …}`.", "same", at="key")
        return self.same

    def _anyone(self, scope: Scope) -> bool:
        if self.by and scope.about == "account":
            message = "`by: anyone` is for rules about a person: in a rule about an account everybody counts already."
            scope.refuse(message, "Take the line out.", "by", at="key")
        return self.by is not None


def silence(count: terms.Count | terms.Measure | terms.Open) -> terms.Term:
    """“At most” in a window that moves speaks of a silence that long: the subject must have been there to be silent."""
    if count.at_most is None or not isinstance(count.window, terms.InLast | terms.Between | terms.This):
        return count
    return terms.All((count, terms.Existed(count.window)))


def exactly_alone(data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    if "exactly" in data and ("at_least" in data or "at_most" in data):
        message = "`exactly:` stands alone: it is a number by itself."
        yield refused_at("exactly", message=message, suggestion="Keep it, or write a range.", at="key")


class Did(Counting):
    did: EventNames
    at_least: Times | None = None
    at_most: Times | None = None
    exactly: Times | None = None

    head: ClassVar[str] = "did"
    called: ClassVar[str] = "`did`"

    @classmethod
    def unknown_beside(cls, key: str, value: object) -> tuple[str, str]:
        return instead_of_strict(cls.called, key, value) or super().unknown_beside(key, value)

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        yield from exactly_alone(data)
        for word in NUMBERS:
            if data.get(word) == 0 and not isinstance(data[word], bool):
                yield refused_at(word, message=_ZERO[word][0], suggestion=_ZERO[word][1])

    def term(self, scope: Scope) -> terms.Term:
        if self.exactly:
            return self.counted(scope, self.did, self.exactly, self.exactly)
        if self.at_most is None:
            return self.counted(scope, self.did, self.at_least or 1, None)
        if self.at_least and self.at_least > self.at_most:
            message = f"At least {self.at_least} and at most {self.at_most} times is never true."
            scope.refuse(message, f"Write `at_least: {self.at_most}` and `at_most: {self.at_least}`.", "at_most")
        return self.counted(scope, self.did, self.at_least, self.at_most)


_ZERO = {
    "at_least": ("`at_least: 0` is always true.", "Take it out; once is meant when no number is written."),
    "at_most": ("Zero times is said with `did_not`.", "Write `did_not:` in place of `did:`, without a number."),
    "exactly": ("Zero times is said with `did_not`.", "Write `did_not:` in place of `did:`, without a number."),
}


class DidNot(Counting):
    did_not: EventNames

    head: ClassVar[str] = "did_not"
    called: ClassVar[str] = "`did_not`"

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        if key in (*NUMBERS, *MORE, *LESS):
            return f"`did_not` says zero already, so `{key}:` has nothing to count.", "Write `did:` with the number."
        return super().unknown(key)

    def term(self, scope: Scope) -> terms.Term:
        return self.counted(scope, self.did_not, None, 0)
