"""`done`, `open` and `latest`: words that look at all there ever was, and so need no window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.comparisons import WhereWord, where_terms
from firstwin.rules.condition import ConditionWord
from firstwin.rules.counting import NUMBERS, exactly_alone, silence
from firstwin.rules.names import Duration, EventNames, EventProperty, Times
from firstwin.rules.problems import listed
from firstwin.rules.scope import Scope
from firstwin.rules.strictly import LESS, MORE, instead_of_strict
from firstwin.rules.windows import WORDS
from firstwin.rules.word import refused_at

NUMBER_SYNONYMS = {
    "min": "at_least", "minimum": "at_least", "max": "at_most", "maximum": "at_most", "times": "exactly",
    "count": "at_least", "more_than": "at_least", "less_than": "at_most",
}  # fmt: skip


class Lasting(ConditionWord):
    """A word that needs no window."""

    instead_of_window: ClassVar[str] = ""

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        if key in WORDS:
            return f"{cls.called} looks at all there ever was, so `{key}:` has no place here.", cls.instead_of_window
        return super().unknown(key)


class Numbered(Lasting):
    """One with a number."""

    at_least: Times | None = None
    at_most: Times | None = None
    exactly: Times | None = None

    any_of_it: ClassVar[str]
    synonyms: ClassVar[Mapping[str, str]] = NUMBER_SYNONYMS

    @classmethod
    def unknown_beside(cls, key: str, value: object) -> tuple[str, str]:
        told = instead_of_strict(cls.called, key, value)
        if told and "did_not" in told[1]:
            return told[0], f"That there is none is said with `none: [{cls.any_of_it}]`."
        return told or super().unknown_beside(key, value)

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from exactly_alone(data)
        for word in NUMBERS:
            if data.get(word) != 0 or isinstance(data[word], bool):
                continue
            message, better = "That there is none is said with `none:`.", f"Write `none: [{cls.any_of_it}]`."
            if word == "at_least":
                message, better = "`at_least: 0` is always true.", "Write a larger number."
            yield refused_at(word, message=message, suggestion=better)

    def bounds(self, scope: Scope) -> tuple[int | None, int | None]:
        if self.exactly is not None:
            return self.exactly, self.exactly
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            message = f"At least {self.at_least} and at most {self.at_most} is never true."
            scope.refuse(message, f"Write `at_least: {self.at_most}` and `at_most: {self.at_least}`.", "at_most")
        return self.at_least, self.at_most


class DoneWord(Numbered):
    """How many different ones of a list were done: events, or milestones."""

    done: EventNames

    head: ClassVar[str] = "done"
    called: ClassVar[str] = "`done`"
    any_of_it: ClassVar[str] = "{done: …, at_least: 1}"
    instead_of_window: ClassVar[str] = (
        "Take it out; or join conditions: `any: [{did: …, in_last: 14 days}, …]` with `at_least: 2`."
    )

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        names = data.get("done")
        if isinstance(names, str) or (isinstance(names, list) and len(names) == 1):
            message = "`done:` counts in a list of several, and here is one."
            better = "Write `{did: …, since: ever}`, or `{reached: …}` for a milestone."
            yield refused_at("done", message=message, suggestion=better)
        elif not any(word in data for word in (*NUMBERS, *MORE, *LESS)):
            number = len(names) if isinstance(names, list) else 3
            message = "`done:` does not say how many of them."
            better = f"Write `at_least: {number}` for all of them, `at_least: 1` for any."
            yield refused_at("done", message=message, suggestion=better, at="key")

    def term(self, scope: Scope) -> terms.Term:
        for index, name in enumerate(self.done):
            if name in self.done[:index]:
                scope.refuse(f"`{name}` stands twice in the list.", "Take one out.", "done", index)
        self._possible(scope)
        return terms.Done(tuple(self._part(scope, *each) for each in enumerate(self.done)), *self.bounds(scope))

    def _part(self, scope: Scope, index: int, name: str) -> terms.Count | terms.Reached:
        if name in scope.known.milestones:
            scope.milestone(name, "done", index)
            return terms.Reached(name)
        scope.uses("event", name, "done", index)
        return terms.Count((name,), terms.Ever())

    def _possible(self, scope: Scope) -> None:
        there = len(self.done)
        for word in ("at_least", "exactly"):
            if (getattr(self, word) or 0) > there:
                scope.refuse(f"The list has only {there}.", f"Write `{word}: {there}` for all of them.", word)
        if self.at_most is not None and self.at_most >= there:
            scope.refuse(
                f"At most {self.at_most} of {there} is always true.",
                f"Write a number below {there}, or take it out.",
                "at_most",
            )


class OpenWord(Numbered):
    """What was opened and not closed since, told apart by a property."""

    open: EventNames
    closed_by: EventNames
    per: EventProperty
    where: WhereWord | None = None
    in_last: Duration | None = None

    head: ClassVar[str] = "open"
    called: ClassVar[str] = "`open`"
    any_of_it: ClassVar[str] = "{open: …}"
    needed: ClassVar[Mapping[str, str]] = {
        "closed_by": "Write the event that closes it, like `closed_by: ticket_resolved`.",
        "per": "Write the property that tells one from another, like `per: ticket_id`.",
    }
    synonyms: ClassVar[Mapping[str, str]] = {
        **NUMBER_SYNONYMS, "closed": "closed_by", "close": "closed_by", "resolved_by": "closed_by", "until": "closed_by",
        "key": "per", "id": "per", "same": "per", "for": "per", "by": "per",
        "filter": "where", "with": "where", "last": "in_last", "opened_in_last": "in_last",
    }  # fmt: skip
    instead_of_window: ClassVar[str] = "Take it out, or write `in_last: 90 days` for what was opened so lately."

    def term(self, scope: Scope) -> terms.Term:
        for index, name in enumerate(self.open):
            scope.event(name, "open", index)
        for index, name in enumerate(self.closed_by):
            scope.event(name, "closed_by", index)
        both = [name for name in self.open if name in self.closed_by]
        if both:
            message = f"{listed(both, 'and')} cannot open and close."
            scope.refuse(message, "Name the event that closes what the other opened.", "closed_by")
        at_least, at_most = self.bounds(scope)
        default = 1 if at_most is None else None
        where = where_terms(self.where, scope.at("where"), self.open)
        window = terms.InLast(self.in_last) if self.in_last else terms.Ever()
        return silence(
            terms.Open(self.open, self.closed_by, self.per, at_least or default, at_most, where=where, window=window)
        )


class LatestWord(Lasting):
    """What the newest event of all carries."""

    latest: EventNames
    where: WhereWord

    head: ClassVar[str] = "latest"
    called: ClassVar[str] = "`latest`"
    needed: ClassVar[Mapping[str, str]] = {
        "where": "Write what the newest one must carry, like `where: {plan: pro}`; that there is one is said with `did:`.",
    }
    synonyms: ClassVar[Mapping[str, str]] = {"filter": "where", "with": "where", "has": "where", "is": "where"}
    instead_of_window: ClassVar[str] = (
        "To ask how old it may be, join two: `all: [{latest: …}, {did: …, in_last: 14 days}]`."
    )

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        if key in NUMBERS:
            return f"There is one latest, so `{key}:` has nothing to count.", "Take it out, or count with `did:`."
        return super().unknown(key)

    def term(self, scope: Scope) -> terms.Term:
        for index, name in enumerate(self.latest):
            scope.event(name, "latest", index)
        return terms.Latest(self.latest, where_terms(self.where, scope.at("where")))
