"""Rules by the clock, of chains, of dates that events bring, of repeated steps, and of what is told when a state is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from firstwin.rules.terms import (
    OVER,
    Again,
    Alert,
    BecomesStart,
    Count,
    DateStart,
    Email,
    EventStart,
    Ever,
    InLast,
    NoneOf,
    PropertyName,
    Recipient,
    Rule,
    SinceStart,
    Step,
    Term,
)
from firstwin.rules.terms_clock import ClockStart, StrikesOn, Whose
from tests.match.pool_terms import DAY, HOUR, WEEK, account, did, is_, is_not, person, silent, start, to, where

AT_ONCE = timedelta(0)
NEVER, EVERY_TIME = Again("never"), Again("every time")
MAIL, ALERT = Email("hello", Recipient("contact")), Alert("look", "csm")


def step(wait: timedelta = AT_ONCE, name: str = "", **more: object) -> Step:
    return replace(Step(name, wait, (MAIL,)), **more)  # type: ignore[arg-type]


def again_and_again(
    wait: timedelta, every: timedelta, times: int, name: str = "chase", **more: object
) -> tuple[Step, ...]:
    return step(wait, name, every=every, times=times, **more).repeated()


def by_clock(*every: StrikesOn, at: str = "09:00", zone: Whose = "account") -> ClockStart:
    return ClockStart(every, at, zone)


def by_account(
    when: EventStart | ClockStart | BecomesStart | DateStart, *steps: Step, again: Again = EVERY_TIME
) -> Rule:
    return Rule("", "account", when, steps or (step(),), again)


def by_person(
    when: EventStart | ClockStart | BecomesStart | DateStart, *steps: Step, again: Again = EVERY_TIME
) -> Rule:
    return Rule("", "person", when, steps or (step(),), again)


def told_when_over(rule: Rule) -> Rule:
    condition: Term | None = rule.when.condition if isinstance(rule.when, BecomesStart) else None
    return replace(rule, over=Step(OVER, AT_ONCE, (ALERT,), unless=condition))


BUSY = BecomesStart(did("login", InLast(DAY)))
BOOKED = EventStart(("booked",), per="invoice", date="departs_at")

CLOCKS = {
    "every-morning": by_account(by_clock("day")),
    "every-night-that-may-be-missing": by_account(by_clock("day", at="02:30")),
    "every-midnight-utc": by_account(by_clock("day", at="00:00", zone="UTC")),
    "workdays-by-csm": replace(
        by_account(by_clock("weekday", zone="csm"), Step("", AT_ONCE, (ALERT,))),
        only_if=account("mrr", to("at_least", 10)),
    ),
    "mondays-and-saturdays": replace(
        by_account(by_clock("monday", "saturday", at="17:45")), unless=did("login", InLast(DAY))
    ),
    "each-month-once": by_account(by_clock("month", at="02:00"), again=NEVER),
    "each-day-but-seldom": by_account(by_clock("day", at="23:59"), again=Again("after", 3 * DAY)),
    "soon-stale": replace(by_account(by_clock("day")), expires_after=HOUR),
    "clock-of-two-messages": by_account(
        by_clock("day"), step(name="all"), step(name="free", only_if=account("plan", is_("free")))
    ),
    "person-in-the-morning": replace(
        by_person(by_clock("day", zone="person")), only_if=person("role", is_not("guest"))
    ),
    "person-by-the-account's-clock": by_person(by_clock("sunday", at="02:30")),
    "person-by-csm": by_person(by_clock("friday", zone="csm")),
}

BROUGHT = {
    "departure": by_account(replace(BOOKED, per=None), step(-DAY, "before"), step(name="on"), step(DAY, "after")),
    "each-departure": by_account(BOOKED, step(-DAY, "before"), step(HOUR, "after")),
    "each-departure-once": by_account(BOOKED, step(-HOUR, "soon"), again=NEVER),
    "big-departures": replace(
        by_account(replace(BOOKED, where=(where("amount", to("at_least", 10)),)), again=Again("after", DAY)),
        until=did("cancelled", Ever()),
        only_if=start("amount", to("less_than", 100)),
    ),
    "departure-backfill": replace(by_account(replace(BOOKED, per=None)), backfill=2 * DAY),
    "person-departs": by_person(BOOKED, step(-DAY, "before"), step(name="on")),
    "departure-chased": by_account(BOOKED, *again_and_again(-2 * DAY, DAY, 4)),
}

REPEATED = {
    "chased": by_account(EventStart(("signed_up",)), *again_and_again(DAY, DAY, 4), again=NEVER),
    "chased-until-paid": replace(
        by_account(EventStart(("signed_up",)), step(name="now"), *again_and_again(HOUR, 2 * DAY, 3)),
        until=did("paid", SinceStart()),
        expires_after=DAY,
    ),
    "chased-while-quiet": by_account(
        BecomesStart(silent("login", InLast(DAY))),
        *again_and_again(AT_ONCE, DAY, 5, unless=account("plan", is_("free"))),
    ),
    "chased-each-invoice": replace(
        by_account(EventStart(("failed",), per="invoice"), *again_and_again(HOUR, DAY, 3)),
        until=Count(("paid",), SinceStart(), same="invoice"),
    ),
    "chased-from-a-date": by_account(
        DateStart(PropertyName("account", "trial_ends_at")), *again_and_again(-2 * DAY, DAY, 5)
    ),
}

OVERS = {
    "busy-and-over": told_when_over(by_account(BUSY)),
    "busy-and-over-later": told_when_over(by_account(BUSY, step(HOUR, "one"), step(DAY, "two"))),
    "busy-and-over-halfway": told_when_over(by_account(BUSY, step(name="one"), step(3 * DAY, "two"))),
    "busy-and-over-once": told_when_over(by_account(BUSY, again=NEVER)),
    "busy-and-over-seldom": told_when_over(by_account(BUSY, again=Again("after", DAY))),
    "busy-and-over-for-some": told_when_over(
        replace(by_account(BUSY), only_if=NoneOf((account("plan", is_("free")),)))
    ),
    "quiet-and-over": told_when_over(
        replace(by_account(BecomesStart(silent("login", InLast(DAY))), step(HOUR)), until=did("paid", SinceStart()))
    ),
    "person-quiet-and-over": told_when_over(by_person(BecomesStart(silent("login", InLast(DAY))))),
    "busy-and-over-lately": told_when_over(replace(by_account(BUSY), backfill=2 * DAY, expires_after=HOUR)),
}

NUDGERS = {
    "first-nudge": by_account(EventStart(("signed_up",))),
    "series-of-nudges": by_account(EventStart(("signed_up",)), step(name="one"), step(DAY, "two")),
    "nudge-and-over": told_when_over(by_account(BUSY)),
    "person-nudge": by_person(EventStart(("invited",))),
}


def after_nudge(*rules: str) -> EventStart:
    return EventStart(tuple(f"firstwin.nudged.{rule}" for rule in rules))


CHAINED = {
    "second-nudge": by_account(after_nudge("first-nudge"), step(DAY), again=NEVER),
    "after-the-second-step": replace(
        by_account(after_nudge("series-of-nudges")),
        only_if=start("step", is_("two")),
        unless=did("login", InLast(WEEK)),
    ),
    "after-either": by_account(after_nudge("first-nudge", "series-of-nudges"), step(HOUR)),
    "after-a-state": by_account(after_nudge("nudge-and-over")),
    "person-after": by_person(after_nudge("person-nudge"), step(HOUR), step(DAY, "more")),
}
CHAINS = {
    "second-nudge": ("first-nudge",),
    "after-the-second-step": ("series-of-nudges",),
    "after-either": ("series-of-nudges", "first-nudge"),
    "after-a-state": ("nudge-and-over",),
    "person-after": ("person-nudge",),
}

STARTS: dict[str, Rule] = {**CLOCKS, **BROUGHT, **REPEATED, **OVERS, **NUDGERS}
