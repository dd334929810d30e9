"""Rules whose steps do different things for different subjects, and those that tell of many subjects in one message."""

from __future__ import annotations

from dataclasses import replace

from firstwin.rules.terms import (
    Action,
    BecomesStart,
    Branch,
    Choose,
    Digest,
    Ever,
    InLast,
    OrderBy,
    PropertyName,
    Rule,
    SinceStart,
    Split,
    Term,
    Variant,
)
from tests.match.pool_rules import ACTIVATED, ALERT, AT_ONCE, EVERY_TIME, HOOK, MAIL, after, event, rule, step
from tests.match.pool_starts import by_clock
from tests.match.pool_terms import DAY, HOUR, account, did, is_, person, silent, start, to

RICH = account("mrr", to("at_least", 1000))
BY_WORTH = Digest("list", "csm", OrderBy(PropertyName("account", "mrr")), top=2)


def choose(*branches: tuple[Term | None, Action]) -> Choose:
    """None is what is done otherwise."""
    return Choose(tuple(Branch(condition, (action,)) for condition, action in branches))


def split(*variants: tuple[str, float, Action]) -> Split:
    return Split(tuple(Variant(name, share, (action,)) for name, share, action in variants))


CHOSEN = {
    "chosen-or-nothing": rule(
        event("signed_up"),
        step(DAY, choose((account("plan", is_("pro")), MAIL), (did("login", SinceStart()), ALERT))),
        again=EVERY_TIME,
    ),
    "chosen-or-otherwise": rule(event("paid"), step(HOUR, choose((RICH, ALERT), (None, MAIL))), again=after(DAY)),
    "chosen-by-the-start": rule(
        event("signed_up"),
        step(AT_ONCE, choose((start("plan", is_("pro")), MAIL)), HOOK, name="one"),
        step(2 * DAY, choose((start("plan", is_("pro")), ALERT), (start("plan", is_("free")), MAIL)), name="two"),
        until=did("paid", SinceStart()),
        again=EVERY_TIME,
    ),
    "chosen-to-record": rule(
        event("report_sent"), step(AT_ONCE, choose((did("report_sent", Ever(), at_least=2), ACTIVATED), (None, MAIL)))
    ),
    "chosen-while-quiet": rule(
        BecomesStart(silent("login", InLast(DAY))), step(HOUR, choose((RICH, ALERT), (None, MAIL))), again=EVERY_TIME
    ),
    "chosen-twice": rule(
        event("paid"),
        step(AT_ONCE, choose((RICH, choose((account("plan", is_("pro")), MAIL), (None, HOOK))), (None, ALERT)), HOOK),
        again=EVERY_TIME,
    ),
}

DRAWN = {
    "split-in-two": rule(
        event("signed_up"),
        step(AT_ONCE, split(("a", 0.5, MAIL), ("b", 0.5, HOOK)), name="now"),
        step(DAY, split(("a", 0.5, MAIL), ("b", 0.5, ALERT)), name="later", unless=did("login", SinceStart())),
    ),
    "split-and-chosen": rule(
        BecomesStart(did("login", InLast(DAY))),
        step(AT_ONCE, split(("a", 0.2, MAIL), ("b", 0.5, choose((RICH, ALERT))), ("c", 0.3, HOOK))),
        again=EVERY_TIME,
    ),
    "split-in-a-split": rule(
        event("paid"),
        step(HOUR, split(("a", 0.5, MAIL), ("b", 0.5, split(("x", 0.5, MAIL), ("y", 0.5, HOOK))))),
        again=EVERY_TIME,
    ),
    "person-split": rule(
        event("invited"), step(DAY, split(("a", 0.5, MAIL), ("b", 0.5, HOOK))), about="person", again=EVERY_TIME
    ),
}

LISTED = {
    "digest-each-morning": replace(rule(by_clock("day", zone="csm"), step(AT_ONCE, BY_WORTH)), again=EVERY_TIME),
    "digest-of-the-rich": replace(
        rule(by_clock("weekday", at="17:00", zone="UTC"), step(AT_ONCE, BY_WORTH)), only_if=RICH, again=EVERY_TIME
    ),
    "digest-of-people": rule(
        by_clock("day", zone="person"),
        step(AT_ONCE, Digest("people", "cs")),
        about="person",
        only_if=person("role", is_("admin")),
        again=EVERY_TIME,
    ),
}

ACTIONS: dict[str, Rule] = {**CHOSEN, **DRAWN, **LISTED}
