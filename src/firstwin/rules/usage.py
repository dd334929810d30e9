"""`usage_of` and `people_using`: less or more than before, by a share, with a floor so that few are not taken for many."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.comparisons import WhereWord, where_terms
from firstwin.rules.condition import ConditionWord
from firstwin.rules.durations import say_duration
from firstwin.rules.names import Duration, EventNames, Times, share_of
from firstwin.rules.scope import Scope
from firstwin.rules.windows import WORDS
from firstwin.rules.word import refusal, refused_at, shown

WAYS = ("is_down", "is_up")
MOST_STRETCHES = 100  # of the previous time in which people are counted one by one
SYNONYMS = {
    "down": "is_down", "drops": "is_down", "dropped": "is_down", "fell": "is_down", "up": "is_up", "rose": "is_up",
    "last": "in_last", "in_the_last": "in_last", "compared_to": "versus_previous", "versus": "versus_previous",
    "vs": "versus_previous", "previous": "versus_previous", "than_previous": "versus_previous",
    "at_least": "from_at_least", "floor": "from_at_least", "from": "from_at_least", "filter": "where", "with": "where",
}  # fmt: skip


def _percent(value: object) -> float:
    share = share_of(value)
    if share is None:
        digits = f"{value:g}%" if isinstance(value, int | float) and not isinstance(value, bool) else "50%"
        raise refusal(f"{shown(value)} is not a share.", f"Write `{digits}`.")
    if share == 0:
        raise refusal(f"`{value}` is no difference.", "Write a larger share, like `50%`.")
    return share


Percent = Annotated[float, PlainValidator(_percent), WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+%$"})]


class Using(ConditionWord):
    """What ``usage_of`` and ``people_using`` share."""

    in_last: Duration
    is_down: Percent | None = None
    is_up: Percent | None = None
    versus_previous: Duration
    from_at_least: Times
    where: WhereWord | None = None

    synonyms: ClassVar[Mapping[str, str]] = SYNONYMS
    needed: ClassVar[Mapping[str, str]] = {
        "in_last": "Write the time that is looked at: `in_last: 7 days`.",
        "versus_previous": "Write the time before, with which it is compared: `versus_previous: 4 weeks`.",
        "from_at_least": "Write how much there must have been in the time before, like `from_at_least: 10`: without it, "
        "going from one to none is a fall by 100%.",
    }

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        if key in WORDS:
            message = f"`{cls.head}` compares the last days with those before, so `{key}:` has no place here."
            return message, "Write `in_last:` and `versus_previous:`."
        return super().unknown(key)

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        written = [word for word in WAYS if word in data]
        if len(written) > 1:
            message = "`is_down` and `is_up` exclude each other."
            suggestion = "Keep one, or join two conditions with `any:`."
            yield refused_at("is_up", message=message, suggestion=suggestion, at="key")
        elif not written and not {cls.meant(key) for key in data if key not in cls.written()} & {*WAYS}:
            message = f"`{cls.head}:` does not say whether less or more is meant."
            suggestion = "Write `is_down: 50%` or `is_up: 50%`."
            yield refused_at(cls.head, message=message, suggestion=suggestion, at="key")
        if data.get("from_at_least") == 0 and not isinstance(data["from_at_least"], bool):
            yield refused_at("from_at_least", message="`from_at_least: 0` is no floor.", suggestion=_FLOOR)
        if (share_of(data.get("is_down")) or 0) > 1:
            message = f"Nothing is down by {data['is_down']}: less than none is not possible."
            yield refused_at("is_down", message=message, suggestion="Write `100%` if nothing at all is meant.")

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The events."""

    def usage(self, scope: Scope, *, people: bool) -> terms.Term:
        """The comparison, and the need to have existed for all of it."""
        for index, name in enumerate(self.names):
            scope.event(name, self.head, index)
        self._long_enough(scope)
        usage = terms.Usage(
            self.names,
            self.in_last,
            self.versus_previous,
            "down" if self.is_down else "up",
            self.is_down or self.is_up or 0.0,
            self.from_at_least,
            where=where_terms(self.where, scope.at("where")),
            people=people,
        )
        return terms.All((usage, terms.Existed(terms.InLast(self.in_last + self.versus_previous))))

    def _long_enough(self, scope: Scope) -> None:
        if self.versus_previous < self.in_last:
            message = f"The time before is shorter than the {say_duration(self.in_last)} that are compared with it."
            scope.refuse(message, f"Write `versus_previous: {say_duration(self.in_last * 4)}`.", "versus_previous")


_FLOOR = "Write how much there must have been in the time before for a share to mean something, like `10`."


class UsageOf(Using):
    usage_of: EventNames

    head: ClassVar[str] = "usage_of"
    called: ClassVar[str] = "`usage_of`"

    @property
    def names(self) -> tuple[str, ...]:
        return self.usage_of

    def term(self, scope: Scope) -> terms.Term:
        return self.usage(scope, people=False)


class PeopleUsing(Using):
    """How many people: their mean is that of stretches as long as the one that is looked at."""

    people_using: EventNames

    head: ClassVar[str] = "people_using"
    called: ClassVar[str] = "`people_using`"

    @property
    def names(self) -> tuple[str, ...]:
        return self.people_using

    def term(self, scope: Scope) -> terms.Term:
        if scope.about == "person":
            message = "`people_using` counts the people of an account, and this is about one person."
            scope.refuse(message, "Write `usage_of:` for how much one person did.", "people_using", at="key")
        self._divides(scope)
        return self.usage(scope, people=True)

    def _divides(self, scope: Scope) -> None:
        """Ten people who come every week are ten in four weeks too: only stretches of one length can be compared."""
        stretches, rest = divmod(self.versus_previous, self.in_last)
        if self.versus_previous >= self.in_last and rest:
            message = f"{say_duration(self.versus_previous)} is not a multiple of {say_duration(self.in_last)}."
            up, down = (say_duration(self.in_last * number) for number in (stretches + 1, stretches))
            suggestion = f"People are counted in stretches of {say_duration(self.in_last)}: write `{up}` or `{down}`."
            scope.refuse(message, suggestion, "versus_previous")
        elif stretches > MOST_STRETCHES:
            most = say_duration(self.in_last * MOST_STRETCHES)
            message = f"The time before is more than {MOST_STRETCHES} times as long as the one that is looked at."
            scope.refuse(message, f"Write `{most}` or less.", "versus_previous")
