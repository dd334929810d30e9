"""`when: {every: monday, at: 09:00, zone: csm}`: a rule that begins by the clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from firstwin.rules import terms
from firstwin.rules.problems import listed, nearest
from firstwin.rules.scope import Scope, StartFacts
from firstwin.rules.terms_clock import ClockStart, StrikesOn, Whose
from firstwin.rules.word import Word, refusal, shown

DAYS: tuple[str, ...] = get_args(StrikesOn)
ZONES: tuple[str, ...] = get_args(Whose)
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
LOOSE = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?::[0-9]{2})?\s*(am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
HALF_DAY, LAST_HOUR, LAST_MINUTE = 12, 24, 59
NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
SYNONYMS = {"daily": "day", "days": "day", "weekdays": "weekday", "workday": "weekday", "monthly": "month",
            "mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday",
            "sat": "saturday", "sun": "sunday"}  # fmt: skip
NOT_A_DAY = {
    "week": "A week has seven days: name one, `every: monday`.",
    "weekly": "A week has seven days: name one, `every: monday`.",
    "weekend": "Write `every: [saturday, sunday]`.",
    "quarter": "Write `every: month`, with an `only_if:` for the months that are meant.",
    "year": "Write `every: month`, with an `only_if:` for the month that is meant.",
    "hour": "A clock strikes once a day at most; for what changes sooner write `when: {becomes: …}`.",
    "minute": "A clock strikes once a day at most; for what changes sooner write `when: {becomes: …}`.",
}
WHOSE = {"local": "account", "customer": "account", "user": "person", "utc": "UTC", "gmt": "UTC", "owner": "csm"}


def _days(value: object) -> tuple[str, ...]:
    if value == []:
        raise refusal("The list is empty.", "Write at least one day, like `monday`.")
    days = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(_day(day) for day in days))


def _day(value: object) -> str:
    if value in DAYS:
        return str(value)
    text = str(value).strip().lower()
    message = f"{shown(value)} is no day on which a clock strikes."
    unit = re.sub(r"^[0-9]+ |s$", "", text)
    meant = SYNONYMS.get(text) or SYNONYMS.get(text[:3] if text.removesuffix("s").endswith("day") else "")
    if text in NOT_A_DAY or unit in NOT_A_DAY:
        raise refusal(message, NOT_A_DAY.get(text) or NOT_A_DAY[unit])
    meant = unit if unit in DAYS else meant or nearest(text, DAYS)
    raise refusal(message, f"Write `{meant}`." if meant else f"Write {listed(DAYS)}.")


def _time(value: object) -> str:
    if isinstance(value, str) and TIME.fullmatch(value):
        return value
    better = _in_full(str(value).strip()) if isinstance(value, str | int) and not isinstance(value, bool) else None
    suggestion = f"Write `{better}`." if better else "Write hours and minutes, like `09:00` or `17:30`."
    raise refusal(f"{shown(value)} is not a time of day.", suggestion)


def _in_full(text: str) -> str | None:
    """``9:00``, ``9 am`` and their like with two digits each, where it is clear what is meant."""
    found = LOOSE.fullmatch(text)
    if text.lower() in NAMED_TIMES or found is None:
        return NAMED_TIMES.get(text.lower())
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        hour = hour % HALF_DAY + (HALF_DAY if half.startswith("p") else 0)
    possible = hour <= LAST_HOUR and minute <= LAST_MINUTE
    return f"{hour % LAST_HOUR:02}:{minute:02}" if possible else None


def _whose(value: object) -> str:
    if value in ZONES:
        return str(value)
    text = str(value)
    if "/" in text:
        message = f"`{text}` is one zone for all, and here is said whose clock counts."
        raise refusal(message, f"Write {listed(ZONES)}; the project's own zone stands in firstwin.yaml.")
    meant = WHOSE.get(text.lower()) or nearest(text, ZONES)
    raise refusal(f"{shown(value)} has no clock.", f"Write `{meant}`." if meant else f"Write {listed(ZONES)}.")


Days = Annotated[
    tuple[str, ...],
    PlainValidator(_days),
    WithJsonSchema({"anyOf": [{"enum": list(DAYS)}, {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1}]}),
]
Time = Annotated[str, PlainValidator(_time), WithJsonSchema({"type": "string", "pattern": f"^{TIME.pattern}$"})]
Zone = Annotated[str, BeforeValidator(_whose), WithJsonSchema({"enum": list(ZONES)})]


class ClockStartWord(Word):
    every: Days
    at: Time
    zone: Zone | None = None

    called: ClassVar[str] = "A start by the clock"
    needed: ClassVar[Mapping[str, str]] = {"at": "Write the time of day: `at: 09:00`."}
    synonyms: ClassVar[Mapping[str, str]] = {"time": "at", "timezone": "zone", "on": "every", "tz": "zone"}

    def facts(self, _milestones: Mapping[str, Any]) -> StartFacts:
        return StartFacts("clock")

    def start(self, scope: Scope) -> terms.Start:
        """Left out, the zone is the subject's own, as with every other word of the calendar."""
        whose = self.zone or scope.about or "account"
        if whose == "person" and scope.about == "account":
            message = "`zone: person`: this rule is about accounts, and an account has many people."
            scope.refuse(message, "Write `zone: account`, or the rule `about: person`.", "zone")
        return ClockStart(self.every, self.at, whose)  # type: ignore[arg-type] # both are of their choices
