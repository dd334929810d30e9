"""Rules to compare the matching with the referee by: every kind of start, of steps, of gates, and of ``again``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from firstwin.rules.terms import (
    Action,
    Again,
    Alert,
    All,
    BecomesStart,
    Between,
    ChangedStart,
    Count,
    DateStart,
    Email,
    EventStart,
    Ever,
    InLast,
    NoneOf,
    PropertyName,
    Reached,
    Recipient,
    Record,
    Rule,
    SinceStart,
    Start,
    Step,
    Subject,
    Term,
    This,
    Webhook,
    Within,
)
from tests.match.pool_aggregates import AGGREGATES
from tests.match.pool_starts import CHAINED, CHAINS, STARTS
from tests.match.pool_terms import (
    DAY,
    HOUR,
    STALLED,
    WEEK,
    account,
    did,
    did_not,
    is_,
    is_not,
    person,
    silent,
    start,
    to,
    where,
)

AT_ONCE = timedelta(0)
NEVER = Again("never")
EVERY_TIME = Again("every time")
MAIL = Email("hello", Recipient("contact"))
ALERT = Alert("look", "csm")
HOOK = Webhook("post", "crm")
ACTIVATED = Record("activated")

PLAN, ENDS = PropertyName("account", "plan"), PropertyName("account", "trial_ends_at")
ROLE, BIRTHDAY = PropertyName("person", "role"), PropertyName("person", "birthday")


def step(
    wait: timedelta = AT_ONCE, *actions: Action, name: str = "", unless: Term | None = None, only_if: Term | None = None
) -> Step:
    return Step(name, wait, actions or (MAIL,), unless, only_if)


def rule(when: Start, *steps: Step, again: Again = NEVER, about: Subject = "account", **more: Any) -> Rule:
    """A rule whose id is given by its place in ``RULES``."""
    return Rule("", about, when, steps or (step(),), again, **more)


def event(*names: str, **more: Any) -> EventStart:
    return EventStart(names, **more)


def after(length: timedelta) -> Again:
    return Again("after", length)


SERIES = (
    step(AT_ONCE, name="welcome"),
    step(2 * DAY, name="connect", unless=did("data_connected", SinceStart())),
    step(WEEK, name="still-us", only_if=account("plan", is_not("free"))),
)

EVENTS = {
    "at-once": rule(event("signed_up")),
    "no-login": rule(event("signed_up"), step(DAY), unless=did("login", SinceStart())),
    "no-login-by-the-deadline": rule(
        event("signed_up"), step(2 * DAY, ALERT), only_if=did_not("login", Within(DAY)), again=EVERY_TIME
    ),
    "every-order": rule(event("paid"), step(DAY), again=EVERY_TIME),
    "orders-now-and-then": rule(event("paid"), again=after(3 * DAY)),
    "orders-now-and-then-later": rule(event("paid"), step(DAY), step(2 * DAY, name="more"), again=after(3 * DAY)),
    "big-orders": rule(event("paid", where=(where("amount", to("at_least", 10)),)), again=EVERY_TIME),
    "two-names": rule(event("signed_up", "invited"), step(HOUR), again=EVERY_TIME),
    "series": rule(event("signed_up"), *SERIES, until=did("report_sent", SinceStart())),
    "series-every-time": rule(event("signed_up"), *SERIES, until=did("report_sent", SinceStart()), again=EVERY_TIME),
    "series-that-a-state-ends": rule(event("signed_up"), *SERIES, until=did("login", InLast(DAY)), again=EVERY_TIME),
    "unpaid-invoice": rule(
        event("invoice_failed", per="invoice"),
        step(name="now"),
        step(3 * DAY, name="remind"),
        until=Count(("paid",), SinceStart(), same="invoice"),
    ),
    "unpaid-invoice-every-time": rule(
        event("invoice_failed", per="invoice"),
        step(HOUR, name="soon"),
        step(DAY, ALERT, name="later"),
        unless=Count(("paid",), SinceStart(), same="invoice"),
        again=EVERY_TIME,
    ),
    "invoice-now-and-then": rule(event("invoice_failed", per="invoice"), again=after(DAY)),
    "first-report": rule(event("report_sent", which="first"), step(HOUR)),
    "first-report-of-a-kind": rule(event("report_sent", which="first", per="invoice"), again=EVERY_TIME),
    "second-order": rule(event("paid", which=2), step(DAY), again=EVERY_TIME),
    "third-big-order": rule(event("paid", which=3, where=(where("amount", to("more_than", 5)),))),
    "cart-left": rule(event("cart_changed", which="latest"), step(HOUR), again=EVERY_TIME),
    "cart-left-twice": rule(
        event("cart_changed", which="latest"),
        step(HOUR, name="one"),
        step(DAY, HOOK, name="two"),
        until=did("paid", SinceStart()),
        again=after(2 * DAY),
    ),
    "cart-left-of-each-shop": rule(event("cart_changed", which="latest", per="invoice"), step(DAY), again=EVERY_TIME),
    "start-says-plan": rule(event("signed_up"), step(DAY), only_if=start("plan", is_("pro")), again=EVERY_TIME),
    "until-login": rule(event("paid"), step(DAY), until=did("login", SinceStart()), again=EVERY_TIME),
    "both-gates": rule(
        event("signed_up"),
        step(DAY, ALERT, name="one", unless=did("login", SinceStart()), only_if=account("mrr", to("at_least", 1000))),
        step(2 * DAY, ALERT, name="two", only_if=NoneOf((account("plan", is_("internal")),))),
        unless=Reached("activated"),
        only_if=account("plan", to("exists", True)),
    ),
    "alert-at-once": rule(event("payment_broke"), step(AT_ONCE, ALERT), again=EVERY_TIME),
    "expires-soon": rule(event("signed_up"), step(DAY), expires_after=HOUR, again=EVERY_TIME),
    "backfill": rule(event("signed_up"), step(DAY), backfill=3 * DAY),
    "backfill-series": rule(event("signed_up"), *SERIES, backfill=WEEK, expires_after=DAY, again=EVERY_TIME),
    "shadow": rule(event("signed_up"), step(HOUR), mode="shadow"),
}

DATES = {
    "trial-ends": rule(
        DateStart(ENDS),
        step(-DAY, name="before"),
        step(name="on"),
        until=account("plan", is_("paid")),
        again=EVERY_TIME,
    ),
    "trial-over": rule(DateStart(ENDS), step(DAY, ALERT), again=EVERY_TIME),
    "trial-over-once": rule(DateStart(ENDS), step(-HOUR, name="soon"), step(DAY, name="over")),
    "trial-now-and-then": rule(DateStart(ENDS), step(-HOUR, name="soon"), step(name="now"), again=after(DAY)),
    "trial-backfill": rule(DateStart(ENDS), step(), backfill=2 * DAY, again=after(DAY)),
}

EACH_YEAR = DateStart(BIRTHDAY, yearly=True)
YEARS = {
    "birthday": rule(
        EACH_YEAR,
        step(-3 * DAY, name="soon"),
        step(name="today"),
        step(WEEK, name="late"),
        about="person",
        again=EVERY_TIME,
    ),
    "a-month-after-a-birthday": rule(
        EACH_YEAR, step(name="today"), step(28 * DAY, name="late"), about="person", again=EVERY_TIME
    ),
    "birthday-once": rule(EACH_YEAR, step(-HOUR, name="soon"), step(name="now"), about="person"),
    "birthday-in-the-morning": rule(
        DateStart(BIRTHDAY, True, "09:00"),
        step(-DAY, name="eve"),
        step(28 * DAY, name="late"),
        about="person",
        again=EVERY_TIME,
    ),
    "each-trial-year": rule(
        DateStart(ENDS, True),
        step(-DAY, name="before"),
        step(name="on"),
        until=account("plan", is_("paid")),
        again=after(DAY),
    ),
    "each-trial-year-of-a-person": rule(
        DateStart(ENDS, True), step(-HOUR), about="person", again=EVERY_TIME, backfill=2 * DAY
    ),
    "jubilee": rule(DateStart(ENDS, True), only_if=start("years", to("at_least", 2)), again=EVERY_TIME),
    "trial-ends-at-nine": rule(
        DateStart(ENDS, at="09:00"), step(-DAY, name="before"), step(name="on"), again=EVERY_TIME
    ),
    "trial-ends-at-night": rule(DateStart(ENDS, at="02:30"), about="person", again=EVERY_TIME),
    "departs-at-nine": rule(
        event("booked", date="departs_at", per="invoice", at="09:00"),
        step(-DAY, name="eve"),
        step(name="on"),
        again=EVERY_TIME,
    ),
}

STATES = {
    "busy": rule(BecomesStart(did("login", InLast(DAY), at_least=2)), again=EVERY_TIME),
    "quiet": rule(BecomesStart(silent("login", InLast(3 * DAY))), step(DAY), again=EVERY_TIME),
    "quiet-once": rule(BecomesStart(silent("login", InLast(DAY), at_most=1))),
    "stalled": rule(BecomesStart(STALLED), step(HOUR, ALERT), again=after(3 * DAY)),
    "rich": rule(
        BecomesStart(All((account("mrr", to("at_least", 1000)), account("plan", is_not("free"))))),
        step(name="now"),
        step(DAY, name="later", unless=did("login", SinceStart())),
        again=EVERY_TIME,
    ),
    "pro-lately": rule(BecomesStart(account("plan", is_("pro"))), step(HOUR), backfill=2 * DAY, again=EVERY_TIME),
    "busy-lately": rule(BecomesStart(did("login", InLast(DAY))), step(AT_ONCE, ALERT), backfill=DAY),
    "active-this-week": rule(BecomesStart(did("login", This("week"))), again=EVERY_TIME),
    "trial-near": rule(BecomesStart(account("trial_ends_at", to("in_next", DAY))), again=EVERY_TIME),
    "came-back": rule(
        BecomesStart(All((did("login", InLast(DAY)), NoneOf((did("login", Between(3 * DAY, DAY)),))))),
        until=did("paid", SinceStart()),
        again=after(DAY),
    ),
}

CHANGES = {
    "any-change": rule(ChangedStart(PLAN), again=EVERY_TIME),
    "upgraded": rule(ChangedStart(PLAN, old=("free",), new=("pro", "team")), step(DAY), again=EVERY_TIME),
    "first-plan": rule(ChangedStart(PLAN, old=()), step(HOUR)),
    "plan-taken-away": rule(ChangedStart(PLAN, new=()), step(DAY), until=account("plan", is_("pro")), again=after(DAY)),
    "change-says-from": rule(ChangedStart(PLAN), only_if=start("from", is_("free")), again=EVERY_TIME),
}

PEOPLE = {
    "person-invited": rule(event("invited"), step(DAY), unless=did("login", SinceStart()), about="person"),
    "person-of-a-paying-account": rule(
        event("invited"), step(HOUR), only_if=account("plan", is_not("free")), about="person", again=EVERY_TIME
    ),
    "person-while-others-act": rule(
        BecomesStart(All((Count(("login",), InLast(DAY), 2, anyone=True), did_not("login", InLast(DAY))))),
        about="person",
        again=EVERY_TIME,
    ),
    "person-in-a-trial": rule(DateStart(ENDS), step(-HOUR), about="person", again=EVERY_TIME),
    "person-birthday": rule(DateStart(BIRTHDAY), step(AT_ONCE), about="person", again=EVERY_TIME),
    "person-promoted": rule(ChangedStart(ROLE, new=("admin",)), step(HOUR), about="person", again=EVERY_TIME),
    "person-quiet": rule(
        BecomesStart(All((silent("login", InLast(DAY)), person("role", is_("admin"))))), step(HOUR), about="person"
    ),
}

RECORDS = {
    "activated": rule(
        BecomesStart(All((did("data_connected", Ever()), did("report_sent", Ever(), at_least=2)))),
        step(AT_ONCE, ACTIVATED),
    ),
    "activated-by-an-event": rule(event("report_sent", which="first"), step(AT_ONCE, ACTIVATED)),
    "activated-by-the-clock": rule(
        BecomesStart(account("trial_ends_at", to("older_than", DAY))), step(AT_ONCE, ACTIVATED)
    ),
    "activated-and-told": rule(BecomesStart(did("report_sent", Ever())), step(AT_ONCE, ACTIVATED, MAIL)),
    "trained": rule(BecomesStart(did("login", Ever(), at_least=2)), step(AT_ONCE, Record("trained")), about="person"),
}

AFTER_A_RECORD = {
    "not-activated": rule(event("signed_up"), step(DAY, ALERT), unless=Reached("activated"), again=EVERY_TIME),
    "until-activated": rule(event("signed_up"), *SERIES, until=Reached("activated"), again=EVERY_TIME),
    "on-activation": rule(event("firstwin.milestone.activated", which="first"), step(HOUR)),
    "while-not-activated": rule(
        BecomesStart(All((did("login", Ever()), NoneOf((Reached("activated"),))))), step(DAY), again=EVERY_TIME
    ),
    "untrained": rule(event("invited"), step(DAY), unless=Reached("trained"), about="person"),
}

AT_GATES = {  # every measure that needs a start, and some that look at all there ever was
    f"{about}: {name}": rule(event("invited"), step(2 * DAY), only_if=term, about=about, again=EVERY_TIME)
    for name, (term, abouts, needs_start) in AGGREGATES.items()
    if needs_start or name in ("open", "latest", "done some")
    for about in abouts
}


def named(rules: dict[str, Rule]) -> dict[str, Rule]:
    return {name: Rule(**{**vars(made), "id": name}) for name, made in rules.items()}


RULES: dict[str, Rule] = named(
    {**EVENTS, **DATES, **YEARS, **STATES, **CHANGES, **PEOPLE, **RECORDS, **AFTER_A_RECORD, **STARTS, **AT_GATES}
)
_CHAINED = named(CHAINED)

# Rules that are run together: recorders, and those that read what they record (given in the wrong order on purpose).
TOGETHER: dict[str, tuple[Rule, ...]] = {
    f"{reader} + {recorder}": (RULES[reader], RULES[recorder])
    for recorder, readers in {
        "activated": (
            "not-activated",
            "until-activated",
            "on-activation",
            "while-not-activated",
            "both-gates",
            "account: done some",
        ),
        "activated-by-an-event": ("not-activated", "on-activation"),
        "activated-by-the-clock": ("while-not-activated",),
        "activated-and-told": ("until-activated",),
        "trained": ("untrained",),
    }.items()
    for reader in readers
} | {
    f"{name} + {' + '.join(others)}": (_CHAINED[name], *(RULES[other] for other in others))
    for name, others in CHAINS.items()
}
