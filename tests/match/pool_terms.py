"""Conditions to compare the matching with the referee by: every term, window and comparison, alone and nested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from firstwin.rules.terms import (
    All,
    AnyOf,
    BeforeStart,
    Between,
    Comparison,
    Count,
    Ever,
    Existed,
    InLast,
    Named,
    NoneOf,
    Op,
    Property,
    PropertyName,
    Reached,
    Scalar,
    SinceStart,
    Subject,
    Term,
    This,
    Where,
    Window,
    Within,
)
from tests.match import pool_aggregates

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)

BOTH: tuple[Subject, ...] = ("account", "person")


@dataclass(frozen=True)
class Sample:
    """A condition, the kinds of subject that it can be about, and whether it needs a start (not for states)."""

    term: Term
    about: tuple[Subject, ...] = BOTH
    needs_start: bool = False


# ---- how the samples are written ------------------------------------------------------------------------------------


def is_(*values: Scalar) -> Comparison:
    return Comparison("is", values)


def is_not(*values: Scalar) -> Comparison:
    return Comparison("is_not", values)


def to(op: Op, value: float | str | bool | timedelta) -> Comparison:
    return Comparison(op, value)


def account(name: str, *comparisons: Comparison) -> Property:
    return Property(PropertyName("account", name), comparisons)


def person(name: str, *comparisons: Comparison) -> Property:
    return Property(PropertyName("person", name), comparisons)


def start(name: str, *comparisons: Comparison) -> Property:
    return Property(PropertyName("start", name), comparisons)


def did(name: str, window: Window, *where: Where, at_least: int | None = 1, at_most: int | None = None) -> Count:
    return Count((name,), window, at_least, at_most, where)


def did_not(name: str, window: Window, *where: Where, at_most: int = 0) -> Count:
    """Without the need of a subject that existed for the whole window."""
    return Count((name,), window, None, at_most, where)


def silent(name: str, window: InLast | Between | This, at_most: int = 0) -> All:
    """What ``did_not`` and ``at_most`` mean: a silence of a subject that existed for all of it."""
    return All((Existed(window), did_not(name, window, at_most=at_most)))


def where(prop: str, *comparisons: Comparison) -> Where:
    return Where(prop, comparisons)


# ---- the samples ----------------------------------------------------------------------------------------------------

SEATS, USED = PropertyName("account", "seats"), PropertyName("account", "seats_used")
ENDS = "trial_ends_at"
STALLED = Named("stalled", All((did("setup_begun", Ever()), NoneOf((did("login", InLast(3 * DAY)),)))))

COUNTS: dict[str, Sample] = {
    "did in last": Sample(did("login", InLast(DAY))),
    "did several in last": Sample(did("login", InLast(3 * DAY), at_least=2)),
    "did a few in last": Sample(did("login", InLast(3 * DAY), at_least=1, at_most=2)),
    "did exactly two in last": Sample(did("login", InLast(WEEK), at_least=2, at_most=2)),
    "did one of two names in last": Sample(Count(("login", "report_sent"), InLast(DAY), 2)),
    "did none in last, however young": Sample(did_not("login", InLast(DAY))),
    "silent in last": Sample(silent("login", InLast(3 * DAY))),
    "at most one in last": Sample(silent("login", InLast(3 * DAY), at_most=1)),
    "did between": Sample(did("login", Between(3 * DAY, DAY))),
    "did two between": Sample(did("login", Between(WEEK, HOUR), at_least=2)),
    "did none between, however young": Sample(did_not("login", Between(3 * DAY, DAY))),
    "silent between": Sample(silent("login", Between(3 * DAY, DAY))),
    "at most one between": Sample(silent("login", Between(WEEK, DAY), at_most=1)),
    "did ever": Sample(did("login", Ever())),
    "did three ever": Sample(did("login", Ever(), at_least=3)),
    "did at most one ever": Sample(did_not("login", Ever(), at_most=1)),
    "never did": Sample(NoneOf((did("login", Ever()),))),
    "did one of three names ever": Sample(Count(("login", "report_sent", "setup_begun"), Ever(), 2)),
    "did this day": Sample(did("login", This("day"))),
    "did two this day": Sample(did("login", This("day"), at_least=2)),
    "did this week": Sample(did("login", This("week"))),
    "did this month": Sample(did("login", This("month"))),
    "did none this day": Sample(did_not("login", This("day"))),
    "silent this week": Sample(silent("login", This("week"))),
    "at most one this month": Sample(silent("login", This("month"), at_most=1)),
    "anyone did in last": Sample(Count(("login",), InLast(DAY), anyone=True), ("person",)),
    "anyone did ever": Sample(Count(("login",), Ever(), 2, anyone=True), ("person",)),
    "nobody did in last": Sample(
        All((Existed(InLast(DAY)), Count(("login",), InLast(DAY), None, 0, anyone=True))), ("person",)
    ),
    "anyone did this day": Sample(Count(("login",), This("day"), anyone=True), ("person",)),
    "anyone did what I did not": Sample(
        All((Count(("login",), Ever(), anyone=True), did_not("login", Ever()))), ("person",)
    ),
}

WHERES: dict[str, Sample] = {
    "where is a text": Sample(did("paid", Ever(), where("plan", is_("pro")))),
    "where is one of several": Sample(did("paid", InLast(DAY), where("plan", is_("pro", "team", 3)))),
    "where is a number": Sample(did("paid", Ever(), where("amount", is_(10)))),
    "where is true": Sample(did("paid", Ever(), where("yearly", is_(True)))),
    "where is not": Sample(did("paid", Ever(), where("plan", is_not("free", "trial")))),
    "where at least": Sample(did("paid", InLast(3 * DAY), where("amount", to("at_least", 10)), at_least=2)),
    "where between two numbers": Sample(did("paid", Ever(), where("amount", to("more_than", 5), to("at_most", 10.5)))),
    "where less than": Sample(did_not("paid", Ever(), where("amount", to("less_than", 10)))),
    "where contains": Sample(did("paid", Ever(), where("tags", to("contains", "vip")))),
    "where matches": Sample(did("paid", Ever(), where("page", to("matches", "/pricing/*")))),
    "where exists": Sample(did("paid", Ever(), where("coupon", to("exists", True)))),
    "where does not exist": Sample(did("paid", Ever(), where("coupon", to("exists", False)))),
    "where two properties": Sample(
        did("paid", InLast(DAY), where("plan", is_("pro")), where("amount", to("at_least", 10)))
    ),
    "none in last where": Sample(All((Existed(InLast(DAY)), did_not("paid", InLast(DAY), where("plan", is_("pro")))))),
}

WITH_A_START: dict[str, Sample] = {
    "did since start": Sample(did("login", SinceStart()), needs_start=True),
    "did two since start": Sample(did("login", SinceStart(), at_least=2), needs_start=True),
    "did none since start": Sample(did_not("login", SinceStart()), needs_start=True),
    "did within": Sample(did("login", Within(DAY)), needs_start=True),
    "did none within": Sample(did_not("login", Within(2 * DAY)), needs_start=True),
    "did before start": Sample(did("login", BeforeStart(DAY)), needs_start=True),
    "did at most one before start": Sample(did_not("login", BeforeStart(3 * DAY), at_most=1), needs_start=True),
    "did the same since start": Sample(Count(("paid",), SinceStart(), same="invoice"), needs_start=True),
    "did the same ever": Sample(Count(("paid",), Ever(), 2, same="invoice"), needs_start=True),
    "did the same where": Sample(
        Count(("paid",), Within(3 * DAY), where=(where("amount", to("at_least", 10)),), same="invoice"),
        needs_start=True,
    ),
    "did none of the same in last": Sample(Count(("paid",), InLast(DAY), None, 0, same="invoice"), needs_start=True),
    "anyone since start": Sample(Count(("login",), SinceStart(), anyone=True), ("person",), needs_start=True),
    "the start's own text": Sample(start("plan", is_("pro")), needs_start=True),
    "the start's own number": Sample(start("amount", to("at_least", 10)), needs_start=True),
    "the start has none": Sample(start("invoice", to("exists", False)), needs_start=True),
    "the start's own is not": Sample(start("plan", is_not("free")), needs_start=True),
    "long since the start": Sample(start("at", to("older_than", 2 * DAY)), needs_start=True),
    "shortly after the start": Sample(start("at", to("in_last", DAY)), needs_start=True),
    "above the start's own": Sample(
        Property(SEATS, (Comparison("more_than", 2, "above", PropertyName("start", "amount")),)), needs_start=True
    ),
}

PROPERTIES: dict[str, Sample] = {
    "is a text": Sample(account("plan", is_("pro"))),
    "is one of several": Sample(account("plan", is_("pro", "team"))),
    "is a number": Sample(account("seats", is_(3))),
    "is the number one": Sample(account("seats", is_(1))),
    "is the text of a number": Sample(account("seats", is_("3"))),
    "is true": Sample(account("onboarded", is_(True))),
    "is false": Sample(account("onboarded", is_(False))),
    "is not": Sample(account("plan", is_not("free"))),
    "is none of several": Sample(account("plan", is_not("free", "trial", 3))),
    "at least": Sample(account("mrr", to("at_least", 1000))),
    "at most": Sample(account("mrr", to("at_most", 0.5))),
    "more than": Sample(account("mrr", to("more_than", 10))),
    "less than": Sample(account("mrr", to("less_than", 10))),
    "in a range": Sample(account("mrr", to("at_least", 5), to("less_than", 10))),
    "at least a share of another": Sample(Property(USED, (Comparison("at_least", 0.5, "of", SEATS),))),
    "less than a share of another": Sample(Property(USED, (Comparison("less_than", 0.25, "of", SEATS),))),
    "well above another": Sample(Property(USED, (Comparison("at_least", 2, "above", SEATS),))),
    "well below another": Sample(Property(USED, (Comparison("at_most", 2, "below", SEATS),))),
    "contains": Sample(account("tags", to("contains", "vip"))),
    "contains a sign of patterns": Sample(account("tags", to("contains", "5%_"))),
    "matches a beginning": Sample(account("domain", to("matches", "acme*"))),
    "matches a middle": Sample(account("domain", to("matches", "*.acme.*"))),
    "matches the whole": Sample(account("domain", to("matches", "acme.com"))),
    "matches signs of patterns": Sample(account("domain", to("matches", "[a]_5%?*\\"))),
    "exists": Sample(account("plan", to("exists", True))),
    "does not exist": Sample(account("plan", to("exists", False))),
    "date in last": Sample(account(ENDS, to("in_last", DAY))),
    "date in next": Sample(account(ENDS, to("in_next", 3 * DAY))),
    "date older than": Sample(account(ENDS, to("older_than", DAY))),
    "date in last, but not just now": Sample(account(ENDS, to("in_last", 3 * DAY), to("older_than", HOUR))),
    "date exists": Sample(account(ENDS, to("exists", True))),
    "created long ago": Sample(account("created_at", to("older_than", 2 * DAY)), ("account",)),
    "created lately": Sample(account("created_at", to("in_last", DAY)), ("account",)),
    "person is": Sample(person("role", is_("admin")), ("person",)),
    "person is not": Sample(person("role", is_not("admin")), ("person",)),
    "person's date in next": Sample(person("birthday", to("in_next", DAY)), ("person",)),
    "person more than a share of the account's": Sample(
        Property(PropertyName("person", "reports"), (Comparison("more_than", 0.5, "of", SEATS),)), ("person",)
    ),
}

JOINED: dict[str, Sample] = {
    "existed in last": Sample(Existed(InLast(DAY))),
    "existed between": Sample(Existed(Between(3 * DAY, DAY))),
    "existed this day": Sample(Existed(This("day"))),
    "existed this month": Sample(Existed(This("month"))),
    "reached": Sample(Reached("activated")),
    "not reached": Sample(NoneOf((Reached("activated"),))),
    "reached one but not the other": Sample(All((Reached("set_up"), NoneOf((Reached("activated"),))))),
    "all": Sample(All((did("login", InLast(DAY)), account("plan", is_("pro"))))),
    "any": Sample(AnyOf((did("login", InLast(DAY)), account("plan", is_("pro"))))),
    "two of three": Sample(
        AnyOf((did("login", InLast(DAY)), account("plan", is_("pro")), did("report_sent", Ever())), at_least=2)
    ),
    "none": Sample(NoneOf((did("login", InLast(DAY)), account("plan", is_("free"))))),
    "none of what is missing": Sample(NoneOf((account("onboarded", is_(True)), account(ENDS, to("in_last", DAY))))),
    "segment": Sample(STALLED),
    "segment and more": Sample(All((STALLED, account("mrr", to("at_least", 1000))))),
    "two windows": Sample(All((did("login", InLast(WEEK)), silent("login", InLast(DAY))))),
    "deeply nested": Sample(
        AnyOf(
            (
                All((did("login", Between(3 * DAY, DAY)), NoneOf((Reached("activated"), STALLED)))),
                NoneOf((AnyOf((account("plan", to("exists", True)), did("login", This("week")))), did("paid", Ever()))),
            )
        )
    ),
    "setup begun and stalled": Sample(
        All((did("setup_begun", Between(WEEK, 3 * DAY)), NoneOf((did("setup_done", Ever()),))))
    ),
    "went quiet": Sample(
        All((silent("login", InLast(WEEK)), did("login", Ever(), at_least=2), account("plan", is_not("free"))))
    ),
    "an account's trial, unused by the person": Sample(
        All((account(ENDS, to("in_next", DAY)), did_not("login", InLast(DAY)), person("role", is_not("guest")))),
        ("person",),
    ),
}

AGGREGATES: dict[str, Sample] = {name: Sample(*given) for name, given in pool_aggregates.AGGREGATES.items()}
TERMS: dict[str, Sample] = {**COUNTS, **WHERES, **WITH_A_START, **PROPERTIES, **JOINED, **AGGREGATES}
STATES: dict[str, Sample] = {name: sample for name, sample in TERMS.items() if not sample.needs_start}
