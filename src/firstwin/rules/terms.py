"""What a condition comes down to: the few terms that matching knows. Every word of the language is made of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from firstwin.rules.acts import Branch, Choose, Digest, OrderBy, Split, Variant, choices, single

__all__ = ["Branch", "Choose", "Digest", "OrderBy", "Split", "Variant"]

Subject = Literal["account", "person"]
Scope = Literal["account", "person", "start"]
Scalar = str | float | bool


# ---- property values ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PropertyName:
    scope: Scope
    name: str

    def __str__(self) -> str:
        return f"{self.scope}.{self.name}"


Op = Literal[
    "is", "is_not", "at_least", "at_most", "more_than", "less_than", "contains", "matches", "exists",
    "in_last", "in_next", "older_than",
]  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """One comparison of a property.

    ``is`` takes a tuple of scalars (any of them); ``is_not`` the same (none of them); the four orders take a number, or
    with ``relation`` a number in relation to another property (``of``: this share, 0.5 for 50%, of it; ``above``: how much
    it lies above that one; ``below``: how much it lies below: "at least 10 below" is other - own >= 10); ``contains`` and ``matches`` a text (``*`` stands for anything);
    ``exists`` a bool; the three times a timedelta. A missing value makes all of them false but ``exists: false``.
    """

    op: Op
    value: tuple[Scalar, ...] | float | str | bool | timedelta
    relation: Literal["of", "above", "below"] | None = None
    other: PropertyName | None = None


@dataclass(frozen=True)
class Where:
    """A property of the event itself; all comparisons must hold."""

    prop: str
    comparisons: tuple[Comparison, ...]


# ---- windows over event time ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ever:
    """Every fact up to now."""


@dataclass(frozen=True)
class InLast:
    """(now - length, now]."""

    length: timedelta


@dataclass(frozen=True)
class Between:
    """(now - older, now - newer]."""

    older: timedelta
    newer: timedelta


@dataclass(frozen=True)
class SinceStart:
    """(start, now]."""


@dataclass(frozen=True)
class Within:
    """(start, start + length], and not after now."""

    length: timedelta


@dataclass(frozen=True)
class BeforeStart:
    """[start - length, start)."""

    length: timedelta


@dataclass(frozen=True)
class This:
    """From the beginning of the subject's own day, week (Monday) or month, in its time zone, up to now."""

    unit: Literal["day", "week", "month"]


Window = Ever | InLast | Between | SinceStart | Within | BeforeStart | This


# ---- terms ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """How many facts with one of the names, in the window, fit; within [at_least, at_most], either may be None.

    ``same`` asks for the start's own value of that property. In a person rule ``anyone`` counts the person's account.
    """

    names: tuple[str, ...]
    window: Window
    at_least: int | None = 1
    at_most: int | None = None
    where: tuple[Where, ...] = ()
    same: str | None = None
    anyone: bool = False


@dataclass(frozen=True)
class Existed:
    """The subject was created at or before the beginning of the window (InLast, Between or This)."""

    window: InLast | Between | This


@dataclass(frozen=True)
class Property:
    """A property of the account, the person or the start; all comparisons must hold."""

    of: PropertyName
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Reached:
    """A milestone was recorded for the subject, ever."""

    milestone: str


@dataclass(frozen=True)
class All:
    parts: tuple[Term, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Term, ...]
    at_least: int = 1


@dataclass(frozen=True)
class NoneOf:
    """None of the parts holds; a part that cannot be judged (a missing value) does not hold."""

    parts: tuple[Term, ...]


@dataclass(frozen=True)
class Named:
    """A condition with a name of its own: a segment."""

    name: str
    part: Term


Term = Count | Existed | Property | Reached | All | AnyOf | NoneOf | Named


# ---- starts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventStart:
    """An event happened. ``which`` is every one, the first, the latest, or the n-th of all there ever were."""

    names: tuple[str, ...]
    where: tuple[Where, ...] = ()
    per: str | None = None
    which: Literal["every", "first", "latest"] | int = "every"


@dataclass(frozen=True)
class DateStart:
    """The date that an account's or person's property holds."""

    of: PropertyName


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


Start = EventStart | DateStart | BecomesStart | ChangedStart


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
    """``wait`` counts from the start; it is negative for ``before``. The name is empty in a rule without steps."""

    name: str
    wait: timedelta
    actions: tuple[Action, ...]
    unless: Term | None = None
    only_if: Term | None = None

    @property
    def deeds(self) -> tuple[SingleAction, ...]:
        """Everything that the step may come to do, whatever is chosen."""
        return tuple(single(self.actions))


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
    hold_out: float = 0  # 0.1 for 10%
    feed: Literal["usual", "sparse"] = "usual"
    was: str | None = None
    version: str = ""
    source: str = field(default="", compare=False, repr=False)

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
        return tuple(deed for step in self.steps for deed in step.deeds)


def read_milestones(rule: Rule) -> frozenset[str]:
    """The milestones that any condition of the rule asks about, or that start it."""
    asked = {m for term in conditions(rule) for m in _milestones(term)}
    started = {name.removeprefix("firstwin.milestone.") for name in _start_names(rule)}
    return frozenset(asked | started)


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
        case All(parts) | AnyOf(parts, _) | NoneOf(parts):
            return tuple(m for part in parts for m in _milestones(part))
        case Named(_, part):
            return _milestones(part)
        case _:
            return ()
