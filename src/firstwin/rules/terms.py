"""What a condition comes down to: the few terms that matching knows. Every word of the language is made of these."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from firstwin.rules.acts import Branch, Choose, Digest, OrderBy, Split, Variant, choices, single
from firstwin.rules.terms_clock import ClockStart

__all__ = ["Branch", "Choose", "Digest", "OrderBy", "Split", "Variant"]

Subject = Literal["account", "person"]
Scope = Literal["account", "person", "start"]
Scalar = str | float | bool
ADDED = {"added": True}  # a field that came later: as long as it says nothing, a rule's version stays what it was
NUDGED = "firstwin.nudged."  # begins the names of the facts that a rule has nudged somebody


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
class Measure:
    """Like a count, of something else than facts: different ``people``, different ``days`` of the subject's own calendar,
    or the ``total`` of the numbers in ``prop`` (what is no number adds nothing, and the total of nothing is 0).

    With ``of`` both bounds are shares of that property: 0.5 for 50%. Where it is missing or no number, this is false.
    """

    what: Literal["people", "days", "total"]
    names: tuple[str, ...]
    window: Window
    at_least: float | None = 1
    at_most: float | None = None
    of: PropertyName | None = None
    prop: str = ""
    where: tuple[Where, ...] = ()
    same: str | None = None
    anyone: bool = False


@dataclass(frozen=True)
class Open:
    """For how many values of ``per`` the newest of ``names`` is later than the newest of ``closed_by``, if any.

    A value is a text, a number or a truth; facts without one open and close nothing.
    """

    names: tuple[str, ...]
    closed_by: tuple[str, ...]
    per: str
    at_least: int | None = 1
    at_most: int | None = None


@dataclass(frozen=True)
class Latest:
    """The newest of all facts with one of the names fits; of two at one moment, the one that arrived later."""

    names: tuple[str, ...]
    where: tuple[Where, ...]


@dataclass(frozen=True)
class Done:
    """How many of the parts hold, each an event or a milestone ever; within [at_least, at_most]."""

    parts: tuple[Count | Reached, ...]
    at_least: int | None = 1
    at_most: int | None = None


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


@dataclass(frozen=True)
class Usage:
    """How much there was in (now - length, now], against the mean of the ``previous`` time before it.

    Counted are facts or, with ``people``, the different people who did them; the mean is that of a stretch as long as
    ``length``. ``share`` is by how much less or more at least, 0.5 for 50%; ``floor`` is how much there must have been
    in the whole of the previous time.
    """

    names: tuple[str, ...]
    length: timedelta
    previous: timedelta
    way: Literal["down", "up"]
    share: float
    floor: int
    where: tuple[Where, ...] = ()
    people: bool = False


@dataclass(frozen=True)
class Moved:
    """A number fell or rose by so much at least, from before the window to its end. ``is_share``: of what it was."""

    of: PropertyName
    way: Literal["fell", "rose"]
    by: float
    window: Window
    is_share: bool = False


@dataclass(frozen=True)
class Changed:
    """A property took another value in the window; ``old`` and ``new`` as in ``ChangedStart``."""

    of: PropertyName
    window: Window
    old: tuple[Scalar, ...] | None = None
    new: tuple[Scalar, ...] | None = None


@dataclass(frozen=True)
class Nudged:
    """A message of that rule reached the subject in the window; of that step, if one is named."""

    rule: str
    window: Window
    step: str | None = None


@dataclass(frozen=True)
class People:
    """A condition about one person, asked of each that is in the account now.

    Of a person in several accounts, ``account.`` in it is this one. Without any person ``every`` does not hold.
    """

    how: Literal["any", "every", "no"]
    part: Term


Changing = Usage | Moved | Changed | Nudged
Term = (
    Count
    | Measure
    | Open
    | Latest
    | Done
    | Existed
    | Property
    | Reached
    | All
    | AnyOf
    | NoneOf
    | Named
    | Changing
    | People
)


# ---- starts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventStart:
    """An event happened. ``which`` is every one, the first, the latest, or the n-th of all there ever were.

    With ``date`` the start is not the event but the date in that property of it: of the newest event for each ``per``.
    """

    names: tuple[str, ...]
    where: tuple[Where, ...] = ()
    per: str | None = None
    which: Literal["every", "first", "latest"] | int = "every"
    date: str | None = field(default=None, metadata=ADDED)


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
