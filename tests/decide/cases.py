"""Examples that the tests of deciding are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from firstwin.decide.case import Case
from firstwin.decide.value import History, Person, Policy, Subject
from firstwin.match.value import Match, Start
from firstwin.rules.terms import Action, Again, Alert, Email, EventStart, Recipient, Rule, Step

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = NOW - timedelta(minutes=1)

TO_CONTACT = Email("first-login", Recipient("contact"))
TO_CSM = Alert("stalled", "csm")

ANNA = Person("anna", "anna@acme.example", role="admin")
BEN = Person("ben", "ben@acme.example", role="billing")
ACME = Subject("account", "acme", "acme", people=(ANNA, BEN), csm="cs-slack")


def rule(*actions: Action, **changes: Any) -> Rule:
    """An account rule with one step."""
    made = Rule(
        id="no-login",
        about="account",
        when=EventStart(("signed_up",)),
        steps=(Step("", timedelta(hours=24), actions or (TO_CONTACT,)),),
        again=Again("never"),
    )
    return replace(made, **changes)


def match(of: Rule | None = None, **changes: Any) -> Match:
    """A step that is due, with every gate open."""
    rule_ = of or rule()
    start = Start(1, rule_.id, "acme", "e1", "", DUE - timedelta(hours=24), DUE - timedelta(hours=24), "anna", {})
    return Match(rule_, rule_.steps[0], start, DUE)._replace(**changes)


def case(of: Rule | None = None, **changes: Any) -> Case:
    return Case(match(of), ACME, History(), Policy(), NOW)._replace(**changes)
