"""What a rule comes down to: its start, its steps with their actions, and the terms of its conditions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from firstwin.rules.acts import Branch, Choose, Digest, OrderBy, Split, Variant, choices, single
from firstwin.rules.terms_clock import ClockStart
from firstwin.rules.terms_condition import (
    ADDED,
    NUDGED,
    All,
    AnyOf,
    BeforeStart,
    Between,
    Changed,
    Changing,
    Comparison,
    Count,
    Done,
    Ever,
    Existed,
    InLast,
    Latest,
    Measure,
    Moved,
    Named,
    NoneOf,
    Nudged,
    Op,
    Open,
    People,
    Property,
    PropertyName,
    Reached,
    Scalar,
    Scope,
    SinceStart,
    Subject,
    Term,
    This,
    Usage,
    Where,
    Window,
    Within,
)

__all__ = [
    "ADDED",
    "NUDGED",
    "All",
    "AnyOf",
    "BeforeStart",
    "Between",
    "Branch",
    "Changed",
    "Changing",
    "Choose",
    "Comparison",
    "Count",
    "Digest",
    "Done",
    "Ever",
    "Existed",
    "InLast",
    "Latest",
    "Measure",
    "Moved",
    "Named",
    "NoneOf",
    "Nudged",
    "Op",
    "Open",
    "OrderBy",
    "People",
    "Property",
    "PropertyName",
    "Reached",
    "Scalar",
    "Scope",
    "SinceStart",
    "Split",
    "Subject",
    "Term",
    "This",
    "Usage",
    "Variant",
    "Where",
    "Window",
    "Within",
]

# ---- starts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventStart:
    """An event happened. ``which`` is every one, the first, the latest, or the n-th of all there ever were.

    With ``date`` the start is not the event but the date in that property of it: of the newest event for each ``per``;
    ``at`` is a time of its day.
    """

    names: tuple[str, ...]
    where: tuple[Where, ...] = ()
    per: str | None = None
    which: Literal["every", "first", "latest"] | int = "every"
    date: str | None = field(default=None, metadata=ADDED)
    at: str | None = field(default=None, metadata=ADDED)


@dataclass(frozen=True)
class DateStart:
    """The date that an account's or person's property holds; ``yearly`` it comes round each year. ``at`` is a time of its day."""

    of: PropertyName
    yearly: bool = field(default=False, metadata=ADDED)
    at: str | None = field(default=None, metadata=ADDED)


@dataclass(frozen=True)
class BecomesStart:
    """A condition that was false is true."""

    condition: Term


@dataclass(frozen=True)
class ChangedStart:
    """A property took another value; None for ``old`` or ``new`` is any, an empty tuple is "no value"."""

    of: PropertyName
    old: tuple[Scalar, ...] | None = None
    new: tuple[Scalar, ...] | None = None


Start = EventStart | DateStart | BecomesStart | ChangedStart | ClockStart


# ---- actions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail: ``role`` and ``address`` carry a name (of the role; of the property that holds the address)."""

    kind: Literal["person", "actor", "contact", "everyone", "role", "address"]
    name: str = ""


@dataclass(frozen=True)
class Email:
    template: str
    to: Recipient


@dataclass(frozen=True)
class Alert:
    template: str
    to: str


@dataclass(frozen=True)
class Webhook:
    template: str
    to: str


@dataclass(frozen=True)
class Record:
    milestone: str


Message = Email | Alert | Webhook | Digest
SingleAction = Message | Record
Action = SingleAction | Choose | Split


# ---- a rule ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """``wait`` counts from the start; it is negative for ``before``. The name is empty in a rule without steps.

    A step that is repeated is that many steps, each with a ``number``; all of them know how often (``times``) and how far
    apart (``every``). ``was`` is the name that it had before.
    """

    name: str
    wait: timedelta
    actions: tuple[Action, ...]
    unless: Term | None = None
    only_if: Term | None = None
    number: int = field(default=1, metadata=ADDED)
    times: int = field(default=1, metadata=ADDED)
    every: timedelta = field(default=timedelta(0), metadata=ADDED)
    was: str | None = field(default=None, metadata=ADDED)

    @property
    def base(self) -> str:
        """The name as the file has it: that of all its repetitions."""
        return self.name.partition(".")[0]

    @property
    def deeds(self) -> tuple[SingleAction, ...]:
        """Everything that the step may come to do, whatever is chosen."""
        return tuple(single(self.actions))

    def repeated(self) -> tuple[Step, ...]:
        """The step and its repetitions, by the names that their nudges go by: ``chase``, ``chase.2``, ``chase.3``."""
        return tuple(
            replace(
                self,
                name=numbered(self.name, number),
                wait=self.wait + (number - 1) * self.every,
                number=number,
                was=self.was and numbered(self.was, number),
            )
            for number in range(1, self.times + 1)
        )


def numbered(name: str, number: int) -> str:
    """No name in a file holds a dot."""
    return name if number == 1 else f"{name}.{number}"


OVER = "when_over"  # the name of the step that is due when a state ends


@dataclass(frozen=True)
class Again:
    kind: Literal["never", "every time", "after"]
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Rule:
    """A rule as it is meant, defaults filled in. ``expires_after`` is None where the channel's default holds."""

    id: str
    about: Subject
    when: Start
    steps: tuple[Step, ...]
    again: Again
    until: Term | None = None
    unless: Term | None = None
    only_if: Term | None = None
    backfill: timedelta = timedelta(0)
    expires_after: timedelta | None = None
    message_class: Literal["marketing", "service", "alert"] = "marketing"
    priority: int = 0
    mode: Literal["live", "shadow"] = "live"
    hold_out: float = field(default=0, metadata=ADDED)  # 0.1 for 10%
    feed: Literal["usual", "sparse"] = field(default="usual", metadata=ADDED)
    was: str | None = None
    version: str = ""
    source: str = field(default="", compare=False, repr=False)
    over: Step | None = field(default=None, metadata=ADDED)

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Its steps, and what is due when its state ends."""
        return self.steps if self.over is None else (*self.steps, self.over)

    @property
    def milestones(self) -> tuple[str, ...]:
        """The milestones that this rule records."""
        return tuple(deed.milestone for deed in self.deeds if isinstance(deed, Record))

    @property
    def only_records(self) -> bool:
        return all(isinstance(deed, Record) for deed in self.deeds)

    @property
    def deeds(self) -> tuple[SingleAction, ...]:
        """Everything that the rule may come to do, whatever is chosen."""
        return tuple(deed for step in self.all_steps for deed in step.deeds)


def read_milestones(rule: Rule) -> frozenset[str]:
    """The milestones that any condition of the rule asks about, or that start it."""
    asked = {m for term in conditions(rule) for m in _milestones(term)}
    started = {name.removeprefix("firstwin.milestone.") for name in _start_names(rule)}
    return frozenset(asked | started)


def nudged_by(rule: Rule) -> frozenset[str]:
    """The rules whose nudges start this one."""
    names = rule.when.names if isinstance(rule.when, EventStart) else ()
    return frozenset(name.removeprefix(NUDGED) for name in names if name.startswith(NUDGED))


def conditions(rule: Rule) -> tuple[Term, ...]:
    """Every condition of the rule: of its start, its gates and those of its steps."""
    found = [rule.until, rule.unless, rule.only_if]
    found += [term for step in rule.steps for term in (step.unless, step.only_if, *choices(step.actions))]
    if isinstance(rule.when, BecomesStart):
        found.append(rule.when.condition)
    return tuple(term for term in found if term is not None)


def _start_names(rule: Rule) -> tuple[str, ...]:
    names = rule.when.names if isinstance(rule.when, EventStart) else ()
    return tuple(name for name in names if name.startswith("firstwin.milestone."))


def _milestones(term: Term) -> tuple[str, ...]:
    match term:
        case Reached(milestone):
            return (milestone,)
        case All(parts) | AnyOf(parts, _) | NoneOf(parts) | Done(parts):
            return tuple(m for part in parts for m in _milestones(part))
        case Named(_, part) | People(_, part):
            return _milestones(part)
        case _:
            return ()
