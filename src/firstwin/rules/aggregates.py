"""`people_who_did`, `days_with` and `total`: how much happened in a window, counted in something else than events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.comparisons import shares, where_terms
from firstwin.rules.counting import NUMBERS, SYNONYMS, Counting, exactly_alone, silence
from firstwin.rules.deadline import judged_in_time
from firstwin.rules.names import Amount, EventNames, EventTotals, Property, Share, TimesOrShare, share_of
from firstwin.rules.problems import listed
from firstwin.rules.scope import Scope
from firstwin.rules.strictly import LESS, MORE, instead_of_strict
from firstwin.rules.word import refused_at

BOUNDS = ("at_least", "at_most")
OTHER_WORDS = {
    "share_of": "of",
    "percent_of": "of",
    "out_of": "of",
    **dict.fromkeys(MORE, "at_least"),
    **dict.fromkeys(LESS, "at_most"),
}
DAY = timedelta(days=1)
LONGEST_CHANGE = timedelta(hours=3)  # by which a clock change has ever shortened a day


class Measuring(Counting):
    """What the three share: a number, or a share of a property, in a window."""

    at_least: TimesOrShare | None = None
    at_most: TimesOrShare | None = None
    exactly: TimesOrShare | None = None
    of: Property | None = None

    what: ClassVar[Literal["people", "days", "total"]]
    number_needed: ClassVar[str]  # what to write where none is
    synonyms: ClassVar[Mapping[str, str]] = {**SYNONYMS, **OTHER_WORDS}

    @classmethod
    def unknown_beside(cls, key: str, value: object) -> tuple[str, str]:
        told = instead_of_strict(cls.called, key, value, whole=cls.what != "total")
        return told or super().unknown_beside(key, value)

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        yield from exactly_alone(data)
        yield from shares(data, [word for word in BOUNDS if word in data])
        if not any(word in data or word in map(cls.meant, map(str, data)) for word in NUMBERS):
            message = f"`{cls.head}:` does not say how {'much' if cls.what == 'total' else 'many'}."
            yield refused_at(cls.head, message=message, suggestion=cls.number_needed, at="key")
        if share_of(data.get("exactly")) is not None or ("exactly" in data and "of" in data):
            message = "`exactly:` takes a plain number, and no share."
            yield refused_at("exactly", message=message, suggestion="Write `at_least: 50%`, for example.", at="key")

    def measured(self, scope: Scope, names: tuple[str, ...], prop: str = "") -> terms.Term:
        """The measure, and where it speaks of a silence, the need to have existed for all of it."""
        self._spoken_of(scope, names)
        at_least, at_most = self._bounds(scope)
        measure = terms.Measure(
            self.what,
            names,
            self.window(scope),
            at_least,
            at_most,
            of=self._of(scope),
            prop=prop,
            where=where_terms(self.where, scope.at("where")),
            same=self._same(scope),
            anyone=self.what == "people" or self._anyone(scope),
        )
        judged_in_time(self, scope, is_upper_bound=at_most is not None)
        return silence(measure)

    def _bounds(self, scope: Scope) -> tuple[float | None, float | None]:
        if self.exactly is not None:
            return float(self.exactly), float(self.exactly)
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            low, high = _said(self.at_most), _said(self.at_least)
            message = f"At least {high} and at most {low} is never true."
            scope.refuse(message, f"Write `at_least: {low}` and `at_most: {high}`.", "at_most")
        return _plain(self.at_least), _plain(self.at_most)

    def _of(self, scope: Scope) -> terms.PropertyName | None:
        if self.of is not None:
            scope.property(self.of, "of")
        return self.of


def _said(number: float) -> str:
    return f"{number * 100:.10g}%" if isinstance(number, Share) else f"{number:.10g}"


def _plain(number: float | None) -> float | None:
    return None if number is None else float(number)


def _not_zero(data: Mapping[str, Any], head: str) -> Iterator[InitErrorDetails]:
    for word in NUMBERS:
        number = data.get(word)
        if isinstance(number, bool) or (number != 0 and share_of(number) != 0):
            continue
        if word == "at_least":
            yield refused_at(word, message=f"`at_least: {number}` is always true.", suggestion="Write a larger number.")
        else:
            better = f"Write `did_not:` in place of `{head}:`, without a number."
            yield refused_at(word, message="That it did not happen is said with `did_not`.", suggestion=better)


class PeopleWhoDid(Measuring):
    """Different people of the account, in a rule about a person too: of one person there is nothing to count."""

    people_who_did: EventNames

    head: ClassVar[str] = "people_who_did"
    called: ClassVar[str] = "`people_who_did`"
    what = "people"
    number_needed: ClassVar[str] = (
        "Write `at_least: 3`, or a share of something: `at_least: 50%` and `of: account.seats`. That anybody did it is"
        " said with `did:`."
    )

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        yield from _not_zero(data, cls.head)
        if "by" in data:
            message = "`people_who_did` counts everybody in the account already."
            yield refused_at("by", message=message, suggestion="Take the line out.", at="key")

    def term(self, scope: Scope) -> terms.Term:
        return self.measured(scope, self.people_who_did)


class DaysWith(Measuring):
    """Days of the subject's own calendar on which it happened."""

    days_with: EventNames

    head: ClassVar[str] = "days_with"
    called: ClassVar[str] = "`days_with`"
    what = "days"
    number_needed: ClassVar[str] = "Write `at_least: 4`, for example. That it happened at all is said with `did:`."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        yield from super().clashes(data)
        yield from _not_zero(data, cls.head)

    def term(self, scope: Scope) -> terms.Term:
        self._possible(scope)
        return self.measured(scope, self.days_with)

    def _possible(self, scope: Scope) -> None:
        most = self._most()
        for word in ("at_least", "exactly"):
            asked = getattr(self, word)
            if most is not None and self.of is None and asked is not None and asked > most:
                message = f"There are never {asked:g} different days in this window."
                scope.refuse(message, "Write a smaller number, or look further back.", word)

    def _most(self) -> float | None:
        """How many days a window can touch: a week one more than seven, and one more where a clock change helps."""
        if self.this:
            return {"day": 1, "week": 7, "month": 31}[self.this]
        older, newer = self.between or (self.in_last or self.within or self.before_start, timedelta(0))
        return None if older is None else -(-(older - newer + LONGEST_CHANGE) // DAY) + 1


class Total(Measuring):
    """The numbers that events carry, added up."""

    total: EventTotals
    at_least: Amount | None = None
    at_most: Amount | None = None
    exactly: Amount | None = None

    head: ClassVar[str] = "total"
    called: ClassVar[str] = "`total`"
    what = "total"
    number_needed: ClassVar[str] = (
        "Write `at_least: 1000`, or a share of something: `at_least: 90%` and `of: account.quota`."
    )

    def term(self, scope: Scope) -> terms.Term:
        names, props = (tuple(part[place] for part in self.total) for place in (0, 1))
        if len(set(props)) > 1:
            message = f"One total adds up one property, and here are {listed(dict.fromkeys(props), 'and')}."
            scope.refuse(message, "Let the events carry it under one name.", "total")
        return self.measured(scope, names, props[0])
