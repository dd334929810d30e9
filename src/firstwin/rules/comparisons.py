"""Comparisons of a property's value, for the subject's properties and for those of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, StrictBool, Tag
from pydantic_core import InitErrorDetails

from firstwin.rules.names import (
    OPERATORS,
    Amount,
    Duration,
    EventProperty,
    Property,
    Value,
    Values,
    share_of,
)
from firstwin.rules.problems import listed
from firstwin.rules.scope import Scope
from firstwin.rules.terms import Comparison, Op, PropertyName, Where
from firstwin.rules.word import Word, refusal, refused_at

ORDERS: tuple[Op, ...] = ("at_least", "more_than", "at_most", "less_than")
RELATIONS: tuple[Literal["of", "above", "below"], ...] = ("of", "above", "below")
NOT_BOOLEANS = ("yes", "no", "on", "off")
TIMES: tuple[Op, ...] = ("in_last", "in_next", "older_than")
SYNONYMS = {
    "gt": "more_than", "gte": "at_least", "lt": "less_than", "lte": "at_most", "min": "at_least", "max": "at_most",
    "greater_than": "more_than", "over": "more_than", "under": "less_than", "fewer_than": "less_than",
    "not": "is_not", "ne": "is_not", "is not": "is_not", "not_in": "is_not", "includes": "contains", "like": "matches",
    "regex": "matches", "present": "exists", "is_set": "exists", "newer_than": "in_last", "within": "in_last",
    "before": "older_than", "percent_of": "of", "share_of": "of",
}  # fmt: skip


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise refusal("A text is looked for here.", "Write it in quotes if it is a number.")
    return value


Text = Annotated[str, BeforeValidator(_text)]


class ComparisonWord(Word):
    """Two in one comparison must both hold."""

    is_not: Values | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    more_than: Amount | None = None
    less_than: Amount | None = None
    of: Property | None = None
    above: Property | None = None
    below: Property | None = None
    contains: Text | None = None
    matches: Text | None = None
    exists: StrictBool | None = None
    in_last: Duration | None = None
    in_next: Duration | None = None
    older_than: Duration | None = None

    called: ClassVar[str] = "A comparison"
    synonyms: ClassVar[Mapping[str, str]] = SYNONYMS

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        operator = OPERATORS.fullmatch(key)
        if operator:
            return f"Comparisons are written in words, not with `{operator[1]}`.", f"Write {listed(ORDERS)}."
        if key in ("is", "equals", "eq", "in"):
            return (
                f"`{key}` is not needed.",
                "Write the value itself, or a list of values: `account.plan: [starter, pro]`.",
            )
        return super().unknown(key)

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if not data:
            yield refused_at(message="The comparison is empty.", suggestion="Write `{at_least: 1000}`, for example.")
        relations = [word for word in RELATIONS if word in data]
        orders = [word for word in ORDERS if word in data]
        for word in relations[1:]:
            yield refused_at(
                word, message=f"{listed(relations, 'and')} exclude each other.", suggestion="Keep one.", at="key"
            )
        yield from shares(data, orders)
        yield from _alone(relations, orders)

    def comparisons(self, scope: Scope) -> tuple[Comparison, ...]:
        """What they come down to, in the order of the words above."""
        self._possible(scope)
        return tuple(self._one(op, scope) for op in _OPS if getattr(self, op) is not None)

    def _one(self, op: Op, scope: Scope) -> Comparison:
        value = getattr(self, op)
        if op not in ORDERS:
            return Comparison(op, value)
        relation, other = self.related()
        if relation and other:
            scope.property(other, relation)
        return Comparison(op, float(value), relation, other)

    def related(self) -> tuple[Literal["of", "above", "below"] | None, PropertyName | None]:
        return next(((word, getattr(self, word)) for word in RELATIONS if getattr(self, word)), (None, None))

    def _possible(self, scope: Scope) -> None:
        others = [op for op in _OPS if op != "exists" and getattr(self, op) is not None]
        if self.exists is False and others:
            message = "A property that is not set can't be compared as well: this is never true."
            scope.refuse(message, f"Keep `exists: false`, or {listed(others, 'and')}.", "exists", at="key")
        for low, high in (
            ("at_least", "at_most"),
            ("at_least", "less_than"),
            ("more_than", "at_most"),
            ("more_than", "less_than"),
        ):
            self._in_order(scope, low, high)

    def _in_order(self, scope: Scope, low: str, high: str) -> None:
        least, most = getattr(self, low), getattr(self, high)
        if least is None or most is None:
            return
        if least > most or (least == most and (low, high) != ("at_least", "at_most")):
            scope.refuse(
                f"No number is {low.replace('_', ' ')} {least:g} and {high.replace('_', ' ')} {most:g}.",
                "Exchange the two numbers, or join two conditions with `any:`.",
                high,
            )


_OPS: tuple[Op, ...] = (
    "is_not",
    "at_least",
    "more_than",
    "at_most",
    "less_than",
    "contains",
    "matches",
    "exists",
    *TIMES,
)


def shares(data: Mapping[str, Any], orders: Iterable[str]) -> Iterator[InitErrorDetails]:
    """A share says of what, and a plain number is a share of nothing."""
    for word in orders:
        is_share = share_of(data[word]) is not None
        if is_share and "of" not in data:
            message = f"`{data[word]}` of what?"
            yield refused_at(word, message=message, suggestion="Say it with `of:`, for example `of: account.seats`.")
        if not is_share and "of" in data and isinstance(data[word], int | float):
            message = f"With `of:` a share is compared, and `{data[word]}` is a plain number."
            yield refused_at(word, message=message, suggestion=f"Write `{word}: 80%`, for example.")


def _alone(relations: list[Literal["of", "above", "below"]], orders: list[Op]) -> Iterator[InitErrorDetails]:
    for word in relations:
        if not orders:
            example = "at_least: 80%" if word == "of" else "at_least: 10"
            message = f"`{word}:` needs a number beside it."
            yield refused_at(word, message=message, suggestion=f"Write `{example}` beside it, for example.", at="key")


def _form(value: object) -> str:
    return "<words>" if isinstance(value, ComparisonWord | Mapping) else "<values>"


def _not_empty(value: object) -> object:
    if value == []:
        raise refusal("The list of values is empty.", "Write at least one value.")
    return value


Compared = Annotated[
    Annotated[Values, Tag("<values>")] | Annotated[ComparisonWord, Tag("<words>")],
    Discriminator(_form),
    BeforeValidator(_not_empty),
]


def comparisons(compared: tuple[Value, ...] | ComparisonWord, scope: Scope) -> tuple[Comparison, ...]:
    """What stands behind a property's name: a value, a list of values, or comparisons in words."""
    if isinstance(compared, ComparisonWord):
        return compared.comparisons(scope)
    for index, value in enumerate(compared):
        if isinstance(value, str) and value.lower() in NOT_BOOLEANS and scope.is_unquoted(index):
            message = f"`{value}` is a text here."
            scope.warn(message, f'If you mean yes or no, write `true` or `false`; if the text, "{value}".', index)
    return (Comparison("is", compared),)


def _some(value: object) -> object:
    if value == {}:
        raise refusal("`where:` says nothing.", "Write a property and its value: `where: {plan: pro}`.")
    return value


WhereWord = Annotated[dict[EventProperty, Compared], BeforeValidator(_some)]


def where_terms(where: WhereWord | None, scope: Scope, events: tuple[str, ...] = ()) -> tuple[Where, ...]:
    """Comparisons of these events' own properties. They are judged as the event was, so no clock may move them."""
    found = []
    for name, compared in (where or {}).items():
        inside = scope.at(name)
        _timeless(compared, inside)
        found.append(Where(name, comparisons(compared, inside)))
        scope.compares(name, found[-1].comparisons, name, events=events)
    return tuple(found)


def _timeless(compared: tuple[Value, ...] | ComparisonWord, scope: Scope) -> None:
    if not isinstance(compared, ComparisonWord):
        return
    for word in TIMES:
        if getattr(compared, word) is not None:
            message = f"`{word}:` moves with the clock, and an event's own properties do not change any more."
            scope.refuse(
                message, "Say how far back the event lies with the window: `in_last: 14 days`.", word, at="key"
            )
    relation, _ = compared.related()
    if relation:
        message = f"`{relation}:` compares with another property, which `where:` cannot do."
        scope.refuse(message, "Write a number, or let the event carry the answer.", relation, at="key")
