"""What a condition comes down to: the few terms that matching knows. Every condition word is made of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

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

    A value is a text, a number or a truth; facts without one open and close nothing. Only what fits ``where`` and lies in
    the window opens; everything closes.
    """

    names: tuple[str, ...]
    closed_by: tuple[str, ...]
    per: str
    at_least: int | None = 1
    at_most: int | None = None
    where: tuple[Where, ...] = field(default=(), metadata=ADDED)
    window: Ever | InLast = field(default=Ever(), metadata=ADDED)


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
