"""What the hand-made examples are written with: facts of acme and of anna, and what holds of them or is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from firstwin.rules.terms import Rule, Subject, Term, Window
from tests.match.naive import Referee, Result
from tests.match.naive_facts import Fact, visible
from tests.match.naive_terms import Begun, holds
from tests.match.pool_terms import did

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)  # the smallest difference in time
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
LONG_AGO = NOW - 400 * DAY


def facts(*given: Fact) -> list[Fact]:
    """Numbered as they stand."""
    return [replace(fact, seq=seq) for seq, fact in enumerate(given, 1)]


def event(
    name: str,
    at: datetime,
    props: dict[str, Any] | None = None,
    *,
    account: str | None = "acme",
    person: str | None = None,
    known: datetime | None = None,
    value_at: datetime | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
    run: str | None = None,
) -> Fact:
    known = known or at
    return Fact(0, id, account, person, name, props or {}, value_at, at, known, known, run)


def created(at: datetime = LONG_AGO, *, kind: Subject = "account", known: datetime | None = None) -> Fact:
    """acme, or anna."""
    person = "anna" if kind == "person" else None
    return event(f"firstwin.{kind}.created_at", at, {"value": at.isoformat()}, person=person, known=known, value_at=at)


def change(
    prop: str, value: Any, at: datetime = LONG_AGO, *, value_at: datetime | None = None, known: datetime | None = None
) -> Fact:
    """Of ``account.plan`` or ``person.role``: acme's, or anna's."""
    person = "anna" if prop.startswith("person.") else None
    return event(f"firstwin.{prop}", at, {"value": value}, person=person, value_at=value_at, known=known)


def date(prop: str, moment: datetime, at: datetime = LONG_AGO, *, known: datetime | None = None) -> Fact:
    return change(prop, moment.isoformat(), at, value_at=moment, known=known)


def joins(account: str | None, at: datetime = LONG_AGO) -> Fact:
    """Anna is in that account from then on."""
    return event("firstwin.person.account", at, {"value": account}, account=account, person="anna")


ACME = created()
ANNA = created(kind="person")


def is_so(
    term: Term,
    *given: Fact,
    now: datetime = NOW,
    kind: Subject = "account",
    start: Begun | None = None,
    zone: str = "UTC",
    run: str = "live",
) -> bool:
    subject = "acme" if kind == "account" else "anna"
    return holds(term, kind, subject, now, visible(facts(*given), now), start, zone, run)


def counts(
    window: Window, at: datetime, *, now: datetime = NOW, start: datetime | None = None, zone: str = "UTC"
) -> bool:
    """Whether a login at that moment lies in the window."""
    begun = None if start is None else Begun(start, {})
    return is_so(did("login", window), ACME, event("login", at), now=now, start=begun, zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def every(gap: timedelta = HOUR, length: timedelta = 4 * DAY) -> list[datetime]:
    """Slots from NOW on, at which the rules are new."""
    return [NOW + gap * number for number in range(length // gap + 1)]


def ran(rules: Rule | Sequence[Rule], *given: Fact, slots: Sequence[datetime] = ()) -> Result:
    return Referee(rules, facts(ACME, *given)).run(slots or every())


def nudges(rules: Rule | Sequence[Rule], *given: Fact, slots: Sequence[datetime] = ()) -> list[tuple[str, timedelta]]:
    """Which step was nudged how long after NOW."""
    return [(nudge.step, nudge.at - NOW) for nudge in ran(rules, *given, slots=slots).nudges]


def times(rules: Rule | Sequence[Rule], *given: Fact, slots: Sequence[datetime] = ()) -> list[timedelta]:
    return [at for _, at in nudges(rules, *given, slots=slots)]


def reasons(result: Result) -> list[tuple[str, str]]:
    return [(skip.step, skip.reason) for skip in result.skips]


def ends(result: Result) -> list[tuple[str, str | None]]:
    return [(start.state, start.reason) for start in result.starts]


def signed_up(at: datetime = NOW, **more: Any) -> Fact:
    return event("signed_up", at, **more)
