"""Lengths of time as authors write them: a number and a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
LONGEST = timedelta(days=3650)
WRITTEN = re.compile(r"([1-9][0-9]{0,8}) (minute|hour|day|week)s?")
LOOSE = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,3})?)\s*-?\s*([a-z]+)\.?", re.IGNORECASE)
HOW = "Write a number and a word, like `30 minutes`, `24 hours`, `7 days` or `4 weeks`."
SHORT = {"m": "minute", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour",
         "d": "day", "w": "week", "wk": "week", "wks": "week"}  # fmt: skip
COUNTED = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
           "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14, "thirty": 30}  # fmt: skip
TOO_LONG_WORDS = {"month": (30, "day"), "quarter": (13, "week"), "year": (52, "week")}
ABOUT_HOURS = timedelta(hours=48)
ABOUT_WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class NotADuration:
    """Why a text is no length of time, and what to write instead."""

    message: str
    suggestion: str = HOW


def parse_duration(written: object) -> timedelta | NotADuration:
    """``24 hours`` as a timedelta. A day is 24 hours, a week 7 days."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        return NotADuration("A length of time is missing here.")
    if not isinstance(written, str):
        return _bare_number(written)
    found = WRITTEN.fullmatch(written)
    if found is None:
        return _misspelt(written)
    length = int(found[1]) * UNITS[found[2]]
    if length > LONGEST:
        return NotADuration(f"`{written}` is longer than ten years.", f"Write at most `{say_duration(LONGEST)}`.")
    return length


def _bare_number(number: float) -> NotADuration:
    if number == 0:
        return _zero()
    if number < 0 or not float(number).is_integer():
        return NotADuration(f"`{number}` is not a length of time.")
    n = int(number)
    choices = ", ".join(f"`{_counted(n, unit)}`" for unit in ("minute", "hour")) + f" or `{_counted(n, 'day')}`"
    return NotADuration(f"`{n}` of what?", f"Write {choices}.")


def _zero() -> NotADuration:
    return NotADuration("Zero is no length of time.", "Leave the line out if nothing is to be waited for.")


def _misspelt(written: str) -> NotADuration:
    text = written.strip()
    if text.startswith("-"):
        return NotADuration(
            f"`{text}` has a minus.", "A time is never negative: `before:` counts back, `after:` counts on."
        )
    number, unit = _taken_apart(text)
    if number is None or unit is None:
        return NotADuration(f"`{text}` is not a length of time." if text else "A length of time is missing here.")
    if number == 0:
        return _zero()
    return _corrected(text, number, unit)


def _taken_apart(text: str) -> tuple[float | None, str | None]:
    found = LOOSE.fullmatch(text)
    if found:
        return float(found[1].replace(",", ".")), found[2].lower()
    number, _, unit = text.lower().partition(" ")
    return (COUNTED[number], unit) if number in COUNTED and unit.isalpha() else (None, None)


def _corrected(text: str, number: float, unit: str) -> NotADuration:
    single = SHORT.get(unit, unit.removesuffix("s"))
    if single in TOO_LONG_WORDS:
        times, other = TOO_LONG_WORDS[single]
        why = f"`{text}`: {single}s differ in length, so they are not used."
        return _rounded(why, round(number * times) * UNITS[other], f"{round(number * times)} {other}s")
    if single in ("s", "sec", "second"):
        return NotADuration(f"`{text}` is too fine: the shortest time is `1 minute`.")
    if single not in UNITS:
        return NotADuration(f"`{text}` is not a length of time: `{unit}` is no unit.")
    if number != int(number):
        length = number * UNITS[single] // UNITS["minute"] * UNITS["minute"]
        return _rounded(f"`{text}` is not a whole number.", length, say_duration(length))
    written = _counted(int(number), single)
    return _rounded(f"`{text}` is not written out.", int(number) * UNITS[single], written)


def _rounded(why: str, length: timedelta, written: str) -> NotADuration:
    if length < UNITS["minute"] or length > LONGEST:
        return NotADuration(why, f"Write at most `{say_duration(LONGEST)}`, and at least `1 minute`.")
    return NotADuration(why, f"Write `{written}`.")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def say_duration(length: timedelta) -> str:
    """The way to write a length of time that reads best: ``24 hours``, ``3 days``, ``8 weeks``.

    Seconds are left out; less than a minute is said so.
    """
    if length < UNITS["minute"]:
        return "less than a minute"
    return _counted(length // UNITS[_unit(length)], _unit(length))


def _unit(length: timedelta) -> str:
    if length >= ABOUT_WEEKS and not length % UNITS["week"]:
        return "week"
    if length > ABOUT_HOURS and not length % UNITS["day"]:
        return "day"
    return "hour" if not length % UNITS["hour"] else "minute"
