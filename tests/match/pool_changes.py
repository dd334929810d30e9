"""Conditions of usage, of what a property did, of nudges and of the people of an account, to compare with the referee."""

from __future__ import annotations

from datetime import timedelta

from firstwin.rules.terms import (
    All,
    AnyOf,
    BeforeStart,
    Between,
    Changed,
    Comparison,
    Count,
    Ever,
    Existed,
    InLast,
    Moved,
    Named,
    NoneOf,
    Nudged,
    People,
    Property,
    PropertyName,
    Reached,
    SinceStart,
    Subject,
    Term,
    This,
    Usage,
    Within,
)
from tests.match.pool_terms import Sample, account, did, did_not, is_, is_not, person, silent, to, where

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
PLAN, SCORE = PropertyName("account", "plan"), PropertyName("account", "health_score")
OWN_SCORE, ROLE = PropertyName("person", "score"), PropertyName("person", "role")
ONLY_ACCOUNTS: tuple[Subject, ...] = ("account",)
ONLY_PEOPLE: tuple[Subject, ...] = ("person",)


def usage(down: float = 0.0, up: float = 0.0, length: timedelta = DAY, times: int = 2, floor: int = 2) -> Usage:
    return Usage(("login",), length, length * times, "down" if down else "up", down or up, floor)


def people_using(down: float = 0.0, up: float = 0.0, times: int = 2, floor: int = 1) -> Usage:
    return Usage(("login",), DAY, DAY * times, "down" if down else "up", down or up, floor, people=True)


def old_enough(term: Usage) -> All:
    return All((term, Existed(InLast(term.length + term.previous))))


USAGES: dict[str, Sample] = {
    "usage down by half": Sample(usage(down=0.5)),
    "usage down to nothing": Sample(usage(down=1.0, times=1)),
    "usage down by a third, of who is old enough": Sample(old_enough(usage(down=0.3, times=3, floor=3))),
    "usage up by half": Sample(usage(up=0.5)),
    "usage more than doubled": Sample(usage(up=1.1, times=1, floor=1)),
    "usage up against a time that is no multiple": Sample(
        Usage(("login", "report_sent"), DAY, timedelta(hours=36), "up", 0.25, 2)
    ),
    "usage of a kind down": Sample(Usage(("login",), DAY, 2 * DAY, "down", 0.5, 2, where=(where("plan", is_("pro")),))),
    "people using, down by a third": Sample(people_using(down=0.3), ONLY_ACCOUNTS),
    "people using, up by half": Sample(people_using(up=0.5), ONLY_ACCOUNTS),
    "people using, down from two": Sample(people_using(down=0.5, times=1, floor=2), ONLY_ACCOUNTS),
    "people using, up against three stretches": Sample(people_using(up=1.0, times=3), ONLY_ACCOUNTS),
}

MOVES: dict[str, Sample] = {
    "fell in last": Sample(Moved(SCORE, "fell", 15, InLast(DAY))),
    "rose in last": Sample(Moved(SCORE, "rose", 15, InLast(3 * DAY))),
    "fell by a share": Sample(Moved(SCORE, "fell", 0.5, InLast(DAY), is_share=True)),
    "rose by a share": Sample(Moved(SCORE, "rose", 1.0, InLast(DAY), is_share=True)),
    "fell between": Sample(Moved(SCORE, "fell", 15, Between(3 * DAY, DAY))),
    "rose ever": Sample(Moved(SCORE, "rose", 15, Ever())),
    "fell this week": Sample(Moved(SCORE, "fell", 15, This("week"))),
    "a person's own fell": Sample(Moved(OWN_SCORE, "fell", 15, InLast(DAY)), ONLY_PEOPLE),
    "fell since the start": Sample(Moved(SCORE, "fell", 15, SinceStart()), needs_start=True),
    "rose within": Sample(Moved(SCORE, "rose", 15, Within(DAY)), needs_start=True),
    "rose before the start": Sample(Moved(SCORE, "rose", 5, BeforeStart(3 * DAY)), needs_start=True),
    "changed in last": Sample(Changed(PLAN, InLast(DAY))),
    "changed to": Sample(Changed(PLAN, InLast(DAY), new=("pro", 3))),
    "changed from to": Sample(Changed(PLAN, InLast(3 * DAY), ("free",), ("pro", "team"))),
    "changed from nothing": Sample(Changed(PLAN, InLast(DAY), (), None)),
    "changed to nothing": Sample(Changed(PLAN, InLast(DAY), None, ())),
    "changed between": Sample(Changed(PLAN, Between(3 * DAY, DAY), None, ("pro",))),
    "changed ever": Sample(Changed(PLAN, Ever(), ("pro",))),
    "changed this day": Sample(Changed(PLAN, This("day"))),
    "not changed in last": Sample(NoneOf((Changed(PLAN, InLast(DAY)),))),
    "a person's own changed": Sample(Changed(ROLE, InLast(DAY), new=("admin",)), ONLY_PEOPLE),
    "changed since the start": Sample(Changed(PLAN, SinceStart(), None, ("pro",)), needs_start=True),
    "changed within": Sample(Changed(PLAN, Within(DAY)), needs_start=True),
}

NUDGES: dict[str, Sample] = {
    "nudged in last": Sample(Nudged("trial", InLast(DAY))),
    "nudged by a step": Sample(Nudged("trial", InLast(3 * DAY), "week")),
    "nudged between": Sample(Nudged("trial", Between(3 * DAY, DAY))),
    "nudged ever": Sample(Nudged("trial", Ever())),
    "nudged this day": Sample(Nudged("trial", This("day"))),
    "not nudged in last": Sample(NoneOf((Nudged("trial", InLast(DAY)),))),
    "nudged since the start": Sample(Nudged("trial", SinceStart()), needs_start=True),
    "nudged by a step within": Sample(Nudged("trial", Within(DAY), "week"), needs_start=True),
}

ADMIN = person("role", is_("admin"))


def any_person(part: Term) -> People:
    return People("any", part)


def every_person(part: Term) -> People:
    return People("every", part)


def no_person(part: Term) -> People:
    return People("no", part)


OF_PEOPLE: dict[str, Term] = {
    "any person is": any_person(ADMIN),
    "every person is": every_person(ADMIN),
    "no person is": no_person(ADMIN),
    "any person is not": any_person(person("role", is_not("admin"))),
    "every person did in last": every_person(did("login", InLast(DAY))),
    "no person did in last": no_person(did("login", InLast(DAY))),
    "any person silent": any_person(silent("login", InLast(DAY))),
    "every person did not, however young": every_person(did_not("login", InLast(DAY))),
    "any person did between": any_person(did("login", Between(3 * DAY, DAY))),
    "any person did this day": any_person(did("login", This("day"))),
    "every person silent this week": every_person(silent("login", This("week"))),
    "any person's date in next": any_person(person("birthday", to("in_next", DAY))),
    "any person, and the account's own": any_person(All((ADMIN, account("plan", is_("pro"))))),
    "any person more than a share of the account's": any_person(
        Property(
            PropertyName("person", "reports"),
            (Comparison("more_than", 0.5, "of", PropertyName("account", "seats")),),
        )
    ),
    "no person, with anyone": no_person(
        AnyOf((Count(("login",), InLast(DAY), 2, anyone=True), person("role", is_("guest"))))
    ),
    "every person reached": every_person(Reached("activated")),
    "any person nudged": any_person(Nudged("trial", InLast(DAY), "week")),
    "no person nudged": no_person(Nudged("trial", InLast(DAY))),
    "any person's score fell": any_person(Moved(OWN_SCORE, "fell", 15, InLast(DAY))),
    "any person became": any_person(Changed(ROLE, InLast(DAY), None, ("admin",))),
    "any person's usage down": any_person(usage(down=0.5, times=1, floor=1)),
    "any person of a segment": any_person(Named("admins", All((ADMIN, did("login", Ever()))))),
    "two admins of which none logged in": All(
        (any_person(ADMIN), NoneOf((any_person(All((ADMIN, did("login", InLast(DAY))))),)))
    ),
}

WITH_A_START: dict[str, Sample] = {
    "any person did since the start": Sample(any_person(did("login", SinceStart())), ONLY_ACCOUNTS, needs_start=True),
    "no person did the same": Sample(
        no_person(Count(("paid",), SinceStart(), same="invoice_id")), ONLY_ACCOUNTS, needs_start=True
    ),
    "every person did within": Sample(every_person(did("login", Within(DAY))), ONLY_ACCOUNTS, needs_start=True),
    "any person changed since the start": Sample(
        any_person(Changed(ROLE, SinceStart(), None, ("admin",))), ONLY_ACCOUNTS, needs_start=True
    ),
}

PEOPLE: dict[str, Sample] = {name: Sample(term, ONLY_ACCOUNTS) for name, term in OF_PEOPLE.items()}
CHANGES: dict[str, Sample] = {**USAGES, **MOVES, **NUDGES, **PEOPLE, **WITH_A_START}
