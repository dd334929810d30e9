"""`when`: the ways in which a rule begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag

from firstwin.rules import terms
from firstwin.rules.chain import NudgedStartWord
from firstwin.rules.changing import ValuesOrNone, values
from firstwin.rules.clock import ClockStartWord, Time
from firstwin.rules.comparisons import WhereWord, where_terms
from firstwin.rules.conditions import HEADS, Condition
from firstwin.rules.dated import DateStartWord, of_the_subject
from firstwin.rules.names import EventNames, EventProperty, Property
from firstwin.rules.problems import listed, nearest
from firstwin.rules.scope import Scope, StartFacts
from firstwin.rules.word import Word, refusal, shown

MILESTONE = "firstwin.milestone."


class BareStart(RootModel[EventNames]):
    """`when: signed_up`, or a milestone; a list means any of them."""

    def facts(self, milestones: Mapping[str, Any]) -> StartFacts:
        reached = any(name in milestones for name in self.root)
        return StartFacts("milestone" if reached else "event")

    def start(self, scope: Scope) -> terms.Start:
        return terms.EventStart(tuple(self._name(name, scope, index) for index, name in enumerate(self.root)))

    def _name(self, name: str, scope: Scope, index: int) -> str:
        if name not in scope.known.milestones:
            scope.uses("event", name, index)
            return name
        scope.milestone(name, index)
        return MILESTONE + name


def _which(value: object) -> object:
    if value == "every":
        raise refusal("`which: every` is what is meant without it.", "Take the line out.")
    if value in ("first", "latest") or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    if value in ("last", "newest"):
        raise refusal(f"`{value}` is not one of the choices.", "Write `which: latest`.")
    raise refusal(f"{shown(value)} is not one of the choices.", "Write `first`, `latest` or a number like `3`.")


ONE_DATE = "A date that an event brings comes once; each year only a property's date comes round."
NEXT_DATE = (
    "Let the product send it as a property too, and begin with that: `when: {date: account.renews_on, every: year}`."
)


class EventStartWord(Word):
    event: EventNames
    date: EventProperty | None = None
    at: Time | None = None
    where: WhereWord | None = None
    per: EventProperty | None = None
    which: Annotated[Literal["first", "latest"] | int | None, BeforeValidator(_which)] = None

    called: ClassVar[str] = "A start by an event"
    synonyms: ClassVar[Mapping[str, str]] = {"filter": "where", "with": "where", "nth": "which", "for_each": "per"}

    def facts(self, _milestones: Mapping[str, Any]) -> StartFacts:
        return StartFacts("event", by_event=self.date is not None)

    def start(self, scope: Scope) -> terms.Start:
        for index, name in enumerate(self.event):
            scope.event(name, "event", index, instead="when: {}")
        if self.date and self.which:
            message = "The date of the newest event counts, so `which:` has nothing to choose."
            scope.refuse(message, "Take `which:` out; with `per:` each thing has a date of its own.", "which", at="key")
        if self.at and not self.date:
            message = "`at:` is a time of a date's day, and this start has no date: it begins when the event happens."
            scope.refuse(
                message,
                "Take the line out, or name the date that the event brings: `date: departs_at`.",
                "at",
                at="key",
            )
        where = where_terms(self.where, scope.at("where"), self.event)
        return terms.EventStart(self.event, where, self.per, self.which or "every", self.date, self.at)


class BecomesStartWord(Word):
    becomes: Condition

    called: ClassVar[str] = "A start by a state"

    def facts(self, _milestones: Mapping[str, Any]) -> StartFacts:
        return StartFacts("becomes")

    def start(self, scope: Scope) -> terms.Start:
        return terms.BecomesStart(self.becomes.term(scope.before_the_start("becomes").at("becomes")))


class ChangedStartWord(Word):
    changed: Property
    from_: ValuesOrNone | None = Field(default=None, alias="from")
    to: ValuesOrNone | None = None

    called: ClassVar[str] = "A start by a change"
    synonyms: ClassVar[Mapping[str, str]] = {"was": "from", "old": "from", "new": "to", "is": "to", "into": "to"}

    def facts(self, _milestones: Mapping[str, Any]) -> StartFacts:
        return StartFacts("changed")

    def start(self, scope: Scope) -> terms.Start:
        of_the_subject(self.changed, scope, "changed")
        old, new = values(self.from_), values(self.to)
        if old is not None and old == new:
            scope.refuse("A change from a value to the same value never happens.", "Write two different values.", "to")
        return terms.ChangedStart(self.changed, old, new)


# ---- which class ----------------------------------------------------------------------------------------------------

STARTS: dict[str, type[Word]] = {
    "event": EventStartWord, "date": DateStartWord, "becomes": BecomesStartWord, "changed": ChangedStartWord,
    "every": ClockStartWord, "nudged": NudgedStartWord,
}  # fmt: skip
SYNONYMS = {"state": "becomes", "turns": "becomes", "on": "event", "trigger": "event", "happens": "event", "at": "date",
            "schedule": "every", "cron": "every", "clock": "every", "weekly": "every", "daily": "every"}  # fmt: skip


def _head(value: object) -> str:
    if isinstance(value, Mapping):
        return next((f"<{head}>" for head in STARTS if head in value), "")
    return next((f"<{head}>" for head, word in STARTS.items() if isinstance(value, word)), "<name>")


def _shaped(value: object) -> object:
    if isinstance(value, bool | int | float):
        raise refusal(f"{shown(value)} is not the name of an event.", "Write `when: signed_up`, for example.")
    if not isinstance(value, Mapping):
        return value
    heads = [head for head in STARTS if head in value]
    if heads == ["event", "date", "every"]:
        raise refusal(ONE_DATE, NEXT_DATE)
    if len(heads) > 1 and heads not in (["event", "date"], ["date", "every"]):
        raise refusal(f"{listed(heads, 'and')} exclude each other.", "Write one rule for each.")
    if not heads:
        raise _no_start(value)
    return value


def _no_start(value: Mapping[str, Any]) -> Exception:
    first = str(next(iter(value), ""))
    if first in HEADS or first.startswith(("account.", "person.")):
        suggestion = "Write `when: {becomes: …}` around it, to start when it becomes true."
        if isinstance(value.get("did"), str):
            suggestion = f"Write `when: {value['did']}`, to start when that happens."
        return refusal(f"`{first}` is a condition, and a rule starts at a moment.", suggestion)
    meant = SYNONYMS.get(first) or nearest(first, STARTS)
    suggestion = f"Did you mean `{meant}`?" if meant else f"A start is an event's name, or one of {listed(STARTS)}."
    return refusal(f"`{first}` is no word that a rule can start with." if first else "The start is empty.", suggestion)


When = Annotated[
    Annotated[BareStart, Tag("<name>")]
    | Annotated[EventStartWord, Tag("<event>")]
    | Annotated[DateStartWord, Tag("<date>")]
    | Annotated[BecomesStartWord, Tag("<becomes>")]
    | Annotated[ChangedStartWord, Tag("<changed>")]
    | Annotated[ClockStartWord, Tag("<every>")]
    | Annotated[NudgedStartWord, Tag("<nudged>")],
    Discriminator(_head),
    BeforeValidator(_shaped),
]
