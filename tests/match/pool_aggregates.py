"""Conditions that count people and days, add up, and ask what is open, the latest, or done: what `Sample` is made of."""

from __future__ import annotations

from datetime import timedelta

from firstwin.rules.terms import (
    All,
    BeforeStart,
    Between,
    Comparison,
    Count,
    Done,
    Ever,
    Existed,
    InLast,
    Latest,
    Measure,
    NoneOf,
    Open,
    People,
    PropertyName,
    Reached,
    SinceStart,
    Subject,
    Term,
    This,
    Where,
    Window,
    Within,
)

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
BOTH: tuple[Subject, ...] = ("account", "person")
PERSON: tuple[Subject, ...] = ("person",)
ACCOUNT: tuple[Subject, ...] = ("account",)
SEATS, QUOTA = PropertyName("account", "seats"), PropertyName("account", "quota")
PRO = (Where("plan", (Comparison("is", ("pro",)),)),)


def people(
    window: Window,
    at_least: float | None = 2,
    at_most: float | None = None,
    of: PropertyName | None = None,
    where: tuple[Where, ...] = (),
    same: str | None = None,
) -> Measure:
    return Measure("people", ("login",), window, at_least, at_most, of, "", where, same, anyone=True)


def days(window: Window, at_least: float | None = 2, at_most: float | None = None, *, anyone: bool = False) -> Measure:
    return Measure("days", ("login",), window, at_least, at_most, anyone=anyone)


def total(
    window: Window,
    at_least: float | None = 10,
    at_most: float | None = None,
    of: PropertyName | None = None,
    where: tuple[Where, ...] = (),
    same: str | None = None,
) -> Measure:
    return Measure("total", ("paid",), window, at_least, at_most, of, "amount", where, same)


def whole(measure: Measure) -> All:
    """With the need of a subject that existed for the whole window, as every upper bound has it."""
    if not isinstance(measure.window, InLast | Between | This):
        raise TypeError(measure)
    return All((measure, Existed(measure.window)))


def ever(name: str) -> Count:
    return Count((name,), Ever())


def done(at_least: int | None, at_most: int | None = None) -> Done:
    return Done((ever("profile_set"), ever("login"), Reached("activated")), at_least, at_most)


def open_(at_least: int | None = 1, at_most: int | None = None) -> Open:
    return Open(("opened",), ("closed",), "invoice", at_least, at_most)


Given = tuple[Term, tuple[Subject, ...], bool]  # the term, whom it can be about, whether it needs a start


def state(term: Term, about: tuple[Subject, ...] = BOTH) -> Given:
    return term, about, False


def gate(term: Term, about: tuple[Subject, ...] = BOTH) -> Given:
    return term, about, True


PEOPLE: dict[str, Given] = {
    "people in last": state(people(InLast(DAY))),
    "three people in last": state(people(InLast(3 * DAY), 3)),
    "one to two people in last": state(people(InLast(3 * DAY), 1, 2)),
    "at most one person in last": state(whole(people(InLast(3 * DAY), None, 1))),
    "exactly two people in last": state(whole(people(InLast(DAY), 2, 2))),
    "people between": state(people(Between(3 * DAY, DAY))),
    "at most one person between": state(whole(people(Between(WEEK, DAY), None, 1))),
    "people ever": state(people(Ever(), 3)),
    "people this week": state(people(This("week"))),
    "at most one person this day": state(whole(people(This("day"), None, 1))),
    "a share of people in last": state(people(InLast(3 * DAY), 0.5, of=SEATS)),
    "at most a share of people in last": state(whole(people(InLast(3 * DAY), None, 0.25, of=SEATS))),
    "a range of shares of people ever": state(people(Ever(), 0.25, 0.5, of=SEATS)),
    "people where": state(people(InLast(DAY), where=PRO)),
    "not so many people": state(NoneOf((people(InLast(DAY), 2), people(Ever(), 0.5, of=SEATS)))),
    "people since start": gate(people(SinceStart(), 1)),
    "people of the same": gate(people(Within(3 * DAY), 1, same="invoice"), ACCOUNT),
}

DAYS: dict[str, Given] = {
    "days in last": state(days(InLast(3 * DAY))),
    "three days in last": state(days(InLast(WEEK), 3)),
    "two days of 24 hours": state(days(InLast(DAY))),
    "at most one day in last": state(whole(days(InLast(3 * DAY), None, 1))),
    "exactly two days in last": state(whole(days(InLast(3 * DAY), 2, 2))),
    "days between": state(days(Between(WEEK, DAY))),
    "at most one day between": state(whole(days(Between(3 * DAY, HOUR), None, 1))),
    "days ever": state(days(Ever())),
    "one day at most ever": state(days(Ever(), None, 1)),
    "days this week": state(days(This("week"))),
    "days this month": state(days(This("month"), 3)),
    "at most two days this month": state(whole(days(This("month"), None, 2))),
    "days of anyone": state(days(InLast(3 * DAY), anyone=True), PERSON),
    "days since start": gate(days(SinceStart())),
    "days before start": gate(days(BeforeStart(3 * DAY))),
}

TOTALS: dict[str, Given] = {
    "total in last": state(total(InLast(DAY))),
    "total in a range in last": state(whole(total(InLast(3 * DAY), 5, 10))),
    "total with cents": state(total(InLast(3 * DAY), 0.3)),
    "total at most in last": state(whole(total(InLast(3 * DAY), None, 10))),
    "total exactly in last": state(whole(total(InLast(DAY), 10, 10))),
    "total between": state(total(Between(3 * DAY, HOUR))),
    "total at most between": state(whole(total(Between(3 * DAY, DAY), None, 4))),
    "total ever": state(total(Ever())),
    "total this month": state(total(This("month"))),
    "total at most this week": state(whole(total(This("week"), None, 4))),
    "a share of a quota in last": state(total(InLast(3 * DAY), 0.5, of=QUOTA)),
    "at most a share of a quota this day": state(whole(total(This("day"), None, 0.5, of=QUOTA))),
    "total where": state(total(InLast(DAY), where=PRO)),
    "total of two names": state(Measure("total", ("paid", "upgraded"), Ever(), 10, None, prop="amount")),
    "total of anyone": state(Measure("total", ("paid",), InLast(DAY), 10, None, prop="amount", anyone=True), PERSON),
    "total of the same": gate(total(SinceStart(), 2, same="invoice")),
    "total since start at most": gate(total(SinceStart(), None, 4)),
}

EVER: dict[str, Given] = {
    "done one": state(done(1)),
    "done some": state(done(1, 2)),
    "done all": state(done(3)),
    "done at most one": state(done(None, 1)),
    "done exactly two": state(done(2, 2)),
    "open": state(open_()),
    "two open": state(open_(2)),
    "at most one open": state(open_(None, 1)),
    "exactly one open": state(open_(1, 1)),
    "opened and closed by several": state(Open(("opened", "reopened"), ("closed", "merged"), "invoice", 1, None)),
    "open of a kind": state(Open(("opened",), ("closed",), "invoice", 1, None, PRO)),
    "opened lately": state(Open(("opened",), ("closed",), "invoice", 1, None, window=InLast(DAY))),
    "of a kind, opened lately": state(Open(("opened",), ("closed",), "invoice", 1, None, PRO, InLast(3 * DAY))),
    "none opened lately": state(NoneOf((Open(("opened",), ("closed",), "invoice", 1, None, window=InLast(DAY)),))),
    "none open": state(NoneOf((open_(),))),
    "latest": state(Latest(("chosen",), PRO)),
    "latest of two names": state(Latest(("chosen", "changed_plan"), PRO)),
    "latest at least": state(Latest(("answered",), (Where("score", (Comparison("at_most", 7),)),))),
    "latest of which two hold": state(
        Latest(
            ("answered",), (Where("score", (Comparison("at_least", 9),)), Where("why", (Comparison("exists", False),)))
        )
    ),
    "not the latest": state(NoneOf((Latest(("chosen",), PRO),))),
    "open and used by somebody": state(All((open_(), people(InLast(3 * DAY), 1)))),
}

OF_EACH_PERSON: dict[str, Given] = {
    "days of somebody": state(People("any", days(InLast(3 * DAY))), ACCOUNT),
    "total of nobody": state(People("no", total(InLast(DAY), 4)), ACCOUNT),
    "open of somebody": state(People("any", open_()), ACCOUNT),
    "latest of everybody": state(People("every", Latest(("chosen",), PRO)), ACCOUNT),
}

AGGREGATES: dict[str, Given] = {**PEOPLE, **DAYS, **TOTALS, **EVER, **OF_EACH_PERSON}
