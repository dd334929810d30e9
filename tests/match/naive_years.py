"""The referee's reading of a date that comes round each year, and of a time of its day.

- A return is the same date, or the same date and time, with another year; 29 February is the 28th where there is none.
- The year of the date itself counts where the date lay ahead when it was written; else only the years after it.
- A start is found once its first step may be due: the newest return of which that is so, and no older one.
- What was found stays while the day of the date is the same, whatever its year.
- ``at`` is that time of the day on which the date falls in the subject's zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from firstwin.rules.terms import DateStart
from tests.match.naive_calendar import moment_named
from tests.match.naive_clock import struck

if TYPE_CHECKING:
    from tests.match.naive_case import Case


def follow_each_year(case: Case, when: DateStart) -> None:
    facts = case.changes(when.of)
    newest = facts[-1] if facts else None
    raw = str(newest.props.get("value")) if newest is not None and newest.value_at is not None else None
    for start in case.starts.values():
        if start.state == "open" and (raw is None or start.key[4:] != raw[4:]):
            start.leave("date_moved")
    if newest is None or newest.value_at is None or raw is None:
        return
    first = int(raw[:4]) if newest.occurred_at < newest.value_at else int(raw[:4]) + 1
    lead = max([timedelta(0)] + [-step.wait for step in case.rule.steps])
    returns = [(year, time_of_day(in_year(raw, year), when.at, case.scene.zone())) for year in range(first, 2031)]
    past = [(year, at) for year, at in returns if at is not None and at - lead <= case.slot]
    if past:
        year, at = past[-1]
        key, props = f"{year:04}{raw[4:]}", {"date": in_year(raw, year), "years": year - int(raw[:4])}
        begin_or_return(case, key, at, props)


def in_year(raw: str, year: int) -> str:
    try:
        date.fromisoformat(f"{year:04}{raw[4:10]}")
    except ValueError:
        return f"{year:04}-02-28{raw[10:]}"
    return f"{year:04}{raw[4:]}"


def follow_time_of_day(case: Case, when: DateStart) -> None:
    value = case.scene.property(when.of)
    key = None if value.at is None else str(value.raw)
    for start in case.starts.values():
        if start.state == "open" and start.key != key:
            start.leave("date_moved")
    if key is not None:
        begin_or_return(case, key, time_of_day(key, when.at, case.scene.zone()), {"date": key})


def begin_or_return(case: Case, key: str, at: datetime | None, props: dict[str, object]) -> None:
    known = case.starts.get(key)
    if known is None and at is not None:
        case.take(case.start(key, at, props))
    elif known is not None and known.reason == "date_moved":
        known.reopen()


def time_of_day(raw: str | None, at: str | None, zone: ZoneInfo) -> datetime | None:
    moment = moment_named(raw, zone)
    if moment is None or at is None or raw is None:
        return moment
    day = date.fromisoformat(raw) if len(raw) == len("2026-03-27") else moment.astimezone(zone).date()
    return struck(at, day, zone)
