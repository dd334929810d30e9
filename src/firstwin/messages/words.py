"""The filters of the template language: how dates, numbers and names read to people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

from firstwin.messages import limits
from firstwin.messages.calendar import (
    day_in_words,
    distance_in_words,
    formatted,
    length_in_words,
    moment,
    moment_in_words,
    zone_named,
)
from firstwin.messages.error import Stopped
from firstwin.messages.links import checked
from firstwin.messages.missing import Missing, is_blank

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
NO_NAME = re.compile(r"[\d@/:<>{}\[\]()=_]|\.\w|www\.", re.IGNORECASE)
LONGEST_NAME = 30


class Words:
    """The filters, in a project's zone and with its labels. ``personal``: dates in the customer's own time zone."""

    def __init__(self, zone: str, labels: Mapping[str, str], *, personal: bool) -> None:
        self._zone = zone_named(zone) or ZoneInfo("UTC")
        self._labels = labels
        self._personal = personal

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "default": default,
            "date": self.date,
            "date_time": self.date_time,
            "ago": self.ago,
            "duration": self.duration,
            "number": number,
            "money": money,
            "plural": plural,
            "humanise": self.humanise,
            "first_name": first_name,
            "sentence": sentence,
            "link": checked,
            "join": join,
            "replace": replace,
            "round": rounded,
        }

    def zone_of(self, context: Context) -> ZoneInfo:
        """The person's time zone, else the account's, else the project's."""
        for who in ("person", "account") if self._personal else ():
            values = context.get(who)
            name = values.get("timezone") if isinstance(values, dict) else None
            zone = zone_named(name) if isinstance(name, str) else None
            if zone is not None:
                return zone
        return self._zone

    @pass_context
    def date(self, context: Context, value: object, pattern: str = "") -> str:
        """``14 March 2026``, or in a pattern of strftime."""
        when = moment(_there(value), self.zone_of(context))
        return formatted(when, pattern) if pattern else day_in_words(when)

    @pass_context
    def date_time(self, context: Context, value: object) -> str:
        """``14 March 2026, 09:30 CET``."""
        return moment_in_words(moment(_there(value), self.zone_of(context)))

    @pass_context
    def ago(self, context: Context, value: object) -> str:
        """``2 days ago``, or ``in 3 hours``."""
        return distance_in_words(_at(_there(value), self.zone_of(context)), context["now"])

    @pass_context
    def duration(self, context: Context, value: object) -> str:
        """``2 days``: the time between a moment and now, or a number of seconds."""
        if isinstance(value, (int, float)):
            return length_in_words(timedelta(seconds=min(abs(value), limits.NUMBER / 1000)))
        return length_in_words(context["now"] - _at(_there(value), self.zone_of(context)))

    def humanise(self, name: object) -> str:
        """``data_connected`` as the project file words it, else ``data connected``."""
        text = str(_there(name))
        return self._labels.get(text) or re.sub(r"[\s_.-]+", " ", text).strip()


def default(value: object, fallback: object = "") -> object:
    """``value``, or ``fallback`` where it is missing or empty."""
    return fallback if is_blank(value) else value


def number(value: object, digits: int | None = None) -> str:
    """``12,345.6``: thousands apart, at most two decimals; ``digits`` sets how many."""
    amount = _amount(value)
    if digits is not None:
        return f"{amount:,.{max(0, min(int(digits), 10))}f}"
    text = f"{amount:,.2f}"
    return text.rstrip("0").rstrip(".")


def money(value: object, currency: str = "") -> str:
    """``$1,200`` or ``1,200.50 CHF``: cents only where there are some."""
    amount = _amount(value)
    text = f"{abs(amount):,.0f}" if amount == int(amount) else f"{abs(amount):,.2f}"
    minus = "-" if amount < 0 else ""
    code = str(currency).upper()
    if code in SIGNS:
        return f"{minus}{SIGNS[code]}{text}"
    return f"{minus}{text} {code}".rstrip()


def plural(value: object, one: str, many: str = "") -> str:
    """``1 report``, ``3 reports``."""
    return f"{number(value)} {one if _amount(value) == 1 else many or one + 's'}"


def first_name(person: object, fallback: str = "there") -> str:
    """What to call a person, or ``fallback`` where the data holds nothing that looks like a first name."""
    if isinstance(person, dict):
        whole = str(person.get("name", "")).strip().split(" ")
        found = str(person.get("first_name") or whole[0])
    else:
        found = "" if is_blank(person) else str(person)
    found = " ".join(found.split()).strip(" ,;.!?\"'*")
    return found if 0 < len(found) <= LONGEST_NAME and not NO_NAME.search(found) else fallback


def sentence(value: object) -> str:
    """The text with a capital letter at its beginning and a full stop at its end."""
    text = str(_there(value)).strip()
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?…" else ".")


def join(values: object, separator: str = ", ", attribute: str = "") -> str:
    """The values of a list in one text."""
    if not isinstance(values, Iterable) or isinstance(values, (str, dict)):
        raise Stopped("failed", "“join” takes a list.")
    found = [_member(value, attribute) for value in values]
    if sum(map(len, found)) + len(found) * len(separator) > limits.RENDERED:
        raise Stopped("too_large", "The text that “join” makes is too long.")
    return separator.join(found)


def replace(value: object, old: str, new: str) -> str:
    text = str(_there(value))
    if len(text) + text.count(old) * len(new) > limits.RENDERED:
        raise Stopped("too_large", "The text that “replace” makes is too long.")
    return text.replace(old, new)


def rounded(value: object, digits: int = 0) -> float | int:
    amount = round(_amount(value), max(-10, min(int(digits), 10)))
    return int(amount) if digits <= 0 else amount


def _there(value: object) -> object:
    if isinstance(value, Missing):
        value.fail()
    return value


def _at(value: object, zone: ZoneInfo) -> datetime:
    when = moment(value, zone)
    return when if isinstance(when, datetime) else datetime(when.year, when.month, when.day, tzinfo=zone)


def _amount(value: object) -> float | int:
    """A number, also one that the data holds as text."""
    if isinstance(_there(value), (int, float)):
        return value  # type: ignore[return-value] # a number, as just seen
    try:
        return float(str(value))
    except ValueError:
        raise Stopped("failed", f"“{str(value)[:40]}” is not a number.") from None


def _member(value: object, attribute: str) -> str:
    inner = value.get(attribute) if attribute and isinstance(value, dict) else value
    if inner is None or isinstance(inner, (dict, list)):
        raise Stopped("missing_value", f"One of the values has no “{attribute}”." if attribute else "“join” takes a list of plain values.")  # fmt: skip
    return str(_there(inner))
