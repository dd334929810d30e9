"""A comparison of a property's value, as SQL. What is missing or of another kind gives NULL or false, never true."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_

from firstwin.db.types import has_text, json_bool, json_has, json_lists, json_number, json_text, looks_like, shift
from firstwin.match.seen import NOW
from firstwin.rules.terms import Comparison, PropertyName, Scalar

ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}
PARTS = 10_000  # shares have two decimals of a percent: compared in whole parts, 55% of 100 is 55 and not a little more


@dataclass(frozen=True)
class Value:
    """Where a value stands: a member of a JSON document, and the moment that it names where there is one."""

    document: ColumnElement[Any]
    key: str
    moment: ColumnElement[Any] | None = None


def all_hold(
    value: Value, comparisons: Iterable[Comparison], number_of: Callable[[PropertyName], ColumnElement[Any]]
) -> ColumnElement[bool]:
    """Whether every comparison holds; ``number_of`` finds the property that one is in relation to."""
    return and_(*(_holds(value, comparison, number_of) for comparison in comparisons))


def _holds(value: Value, c: Comparison, number_of: Callable[[PropertyName], ColumnElement[Any]]) -> ColumnElement[Any]:
    match c.op:
        case "exists":
            there = json_has(value.document, value.key)
            return there if c.value else not_(there)
        case "is":
            return _is_any(value, c.value)
        case "is_not":
            return and_(json_has(value.document, value.key), not_(_is_any(value, c.value)))
        case "contains":
            text = json_text(value.document, value.key)
            return or_(has_text(text, str(c.value)), json_lists(value.document, value.key, str(c.value)))
        case "matches":
            return looks_like(json_text(value.document, value.key), str(c.value))
        case "in_last" | "in_next" | "older_than":
            return _moment(value, c)
        case _:
            ordered: ColumnElement[Any] = ORDERS[c.op](*_sides(value, c, number_of))
            return ordered


def _is_any(value: Value, wanted: object) -> ColumnElement[bool]:
    return or_(*(_equals(value, scalar) for scalar in _scalars(wanted))).is_(True)


def _scalars(wanted: object) -> tuple[Scalar, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _equals(value: Value, wanted: Scalar) -> ColumnElement[Any]:
    if isinstance(wanted, bool):
        return json_bool(value.document, value.key).is_(wanted)
    if isinstance(wanted, str):
        return json_text(value.document, value.key) == wanted
    return json_number(value.document, value.key) == float(wanted)


def _sides(
    value: Value, c: Comparison, number_of: Callable[[PropertyName], ColumnElement[Any]]
) -> tuple[ColumnElement[Any], Any]:
    own, wanted = json_number(value.document, value.key), float(c.value)  # type: ignore[arg-type] # orders take numbers
    if c.other is None:
        return own, wanted
    other = number_of(c.other)
    match c.relation:
        case "of":
            return own * float(PARTS), other * float(round(wanted * PARTS))
        case "above":
            return own - other, wanted
        case _:
            return other - own, wanted


def _moment(value: Value, c: Comparison) -> ColumnElement[Any]:
    if value.moment is None or not isinstance(c.value, timedelta):
        msg = f"{c.op} needs a property with a date"
        raise TypeError(msg)
    match c.op:
        case "in_last":
            return and_(value.moment > shift(NOW, -c.value), value.moment <= NOW)
        case "in_next":
            return and_(value.moment > NOW, value.moment <= shift(NOW, c.value))
        case _:
            return value.moment <= shift(NOW, -c.value)
