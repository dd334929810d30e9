"""Where a condition or an action stands: what it may speak of there, and where to tell its mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from firstwin.rules.documents import Document, Path
from firstwin.rules.problems import Problem, Severity, did_you_mean, listed
from firstwin.rules.terms import Comparison, Named, PropertyName, Subject
from firstwin.rules.word import At

UseKind = Literal[
    "event", "milestone", "email", "alert", "webhook", "digest", "destination", "segment", "record", "was", "property",
    "nudged",
]  # fmt: skip
StartKind = Literal["event", "milestone", "date", "becomes", "changed", "clock", "nudged"]


@dataclass(frozen=True)
class Use:
    """A name that a file speaks of, and where; ``check`` compares it with what there is."""

    kind: UseKind
    name: str
    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Compared:
    """A property that a file compares, and where; ``check`` looks whether what has come in can ever compare so.

    ``events`` are those whose property it is; empty for a property of the account or the person, written with its scope.
    """

    name: str
    comparisons: tuple[Comparison, ...]
    events: tuple[str, ...]
    file: str
    line: int
    column: int


@dataclass
class Findings:
    """What comes to light while a file is read."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    broken: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class KnownRule:
    """What others may ask about a rule; None is what could not be read. ``steps`` are empty in a rule without any."""

    about: Subject | None = None
    steps: tuple[str, ...] | None = None
    sends: bool = True
    was: str | None = None


@dataclass(frozen=True)
class Known:
    """What other files say: who records which milestone, about whom, and the segments."""

    milestones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> ids of the rules
    abouts: Mapping[str, Subject | None] = field(default_factory=dict)  # of the rules that record
    segments: Mapping[str, Named] = field(default_factory=dict)
    broken_segments: frozenset[str] = frozenset()
    rules: Mapping[str, KnownRule] = field(default_factory=dict)


@dataclass(frozen=True)
class StartFacts:
    """What is known about the rule's start. ``kind`` is None where the start itself could not be read.

    ``by_event``: it is a date that an event brings; ``yearly``: one that comes round each year.
    """

    kind: StartKind | None
    by_event: bool = False
    yearly: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether there may be something before it."""
        return self.kind == "date" or self.by_event

    @property
    def carries(self) -> tuple[str, ...] | None:
        """The names of the start's own data; None if the event decides."""
        fixed = {"milestone": (), "becomes": (), "date": ("date",), "changed": ("from", "to"),
                 "clock": (), "nudged": ("step", "channel")}  # fmt: skip
        if self.yearly:
            return ("date", "years")
        return fixed.get(self.kind) if self.kind else None


@dataclass(frozen=True)
class Scope:
    """A place in a rule file. ``start`` is None where there is none yet: in ``becomes`` and in segments.

    ``about`` is None in a segment, and where the rule does not say it. ``waits`` are those of the steps that a
    condition gates, empty if it gates none; ``gate`` is the word that it stands under.
    """

    findings: Findings
    known: Known = field(default_factory=Known)
    about: Subject | None = None
    start: StartFacts | None = None
    waits: tuple[timedelta, ...] = ()
    gate: Literal["unless", "only_if", "until", "becomes", "segment", ""] = ""
    path: Path = ()

    def at(self, *path: str | int) -> Scope:
        return replace(self, path=(*self.path, *path))

    def about_a(self, about: Subject | None) -> Scope:
        return replace(self, about=about)

    def started(self, start: StartFacts) -> Scope:
        return replace(self, start=start)

    def waiting(self, waits: tuple[timedelta, ...]) -> Scope:
        return replace(self, waits=waits)

    def gated(self, gate: Literal["unless", "only_if", "until"]) -> Scope:
        return replace(self.at(gate), gate=gate)

    def is_broken(self, *path: str | int) -> bool:
        """Whether the file says something there that could not be read."""
        return (*self.path, *path) in self.findings.broken

    def with_segments(self, segments: Mapping[str, Named], broken: frozenset[str]) -> Scope:
        return replace(self, known=replace(self.known, segments=dict(segments), broken_segments=broken))

    def silent(self) -> Scope:
        """The same place, to look at something without telling its mistakes."""
        return replace(self, findings=Findings(self.findings.document))

    def is_unquoted(self, *path: str | int) -> bool:
        return self.findings.document.is_unquoted((*self.path, *path))

    def before_the_start(self, gate: Literal["becomes", "segment"]) -> Scope:
        """The same place, where there is no start yet."""
        return replace(self, start=None, waits=(), gate=gate)

    def refuse(self, message: str, suggestion: str = "", *path: str | int, at: At = "value") -> None:
        self._tell(message, suggestion, path, at, "error")

    def warn(self, message: str, suggestion: str = "", *path: str | int, at: At = "value") -> None:
        self._tell(message, suggestion, path, at, "warning")

    def _tell(self, message: str, suggestion: str, path: Path, at: At, severity: Severity) -> None:
        place = self.findings.document.place((*self.path, *path), at)
        file = self.findings.document.file
        self.findings.problems.append(Problem(file, place.line, place.column, message, suggestion, severity))

    def uses(self, kind: UseKind, name: str, *path: str | int, at: At = "value") -> None:
        """Notes a name that must be known elsewhere."""
        place = self.findings.document.place((*self.path, *path), at)
        self.findings.uses.append(Use(kind, name, self.findings.document.file, place.line, place.column))

    def compares(
        self, name: str, comparisons: tuple[Comparison, ...], *path: str | int, events: tuple[str, ...] = ()
    ) -> None:
        """Notes a comparison, for whoever knows what values there are."""
        place, file = self.findings.document.place((*self.path, *path), "key"), self.findings.document.file
        self.findings.compared.append(Compared(name, comparisons, events, file, place.line, place.column))

    # ---- names ----

    def event(self, name: str, *path: str | int, instead: str = "reached: {}") -> None:
        """An event is spoken of: it may not have a milestone's name."""
        if name not in self.known.milestones:
            self.uses("event", name, *path)
            return
        recorder = self.known.milestones[name][0]
        message = f"`{name}` is a milestone (rules/{recorder}.yaml records it), not an event."
        self.refuse(message, f"Write `{instead.format(name)}`.", *path)

    def milestone(self, name: str, *path: str | int) -> None:
        """A milestone is spoken of: a rule must record it, and about the same kind of subject."""
        self.uses("milestone", name, *path)
        if name not in self.known.milestones:
            suggestion = did_you_mean(name, self.known.milestones) or (
                f"Write a rule that ends in `then: {{record: {name}}}`; if `{name}` is an event, write"
                f" `did: {name}` with a window."
            )
            self.refuse(f"No rule records the milestone `{name}`.", suggestion, *path)
            return
        abouts = {self.known.abouts.get(rule) for rule in self.known.milestones[name]} - {None}
        if self.about and abouts and self.about not in abouts:
            other = "accounts" if self.about == "person" else "people"
            message = f"`{name}` is a milestone of {other}, and this rule is about {_plural(self.about)}."
            self.refuse(
                message, "Milestones are asked about the same kind of subject that they are recorded for.", *path
            )

    def property(self, name: PropertyName, *path: str | int, at: At = "value") -> None:
        """A property is spoken of: there must be somebody, or something, that has it here."""
        if name.scope == "person" and self.about == "account":
            message = f"`{name}`: this rule is about accounts, and an account has many people."
            inside = "Put it into `any_person:`, `every_person:` or `no_person:`" if self.gate else ""
            better = f"{inside or 'Ask for a property of the account'}, or write the rule `about: person`."
            self.refuse(message, better, *path, at=at)
        if name.scope == "start":
            self._of_start(name, path, at)
        else:
            self.uses("property", str(name), *path, at=at)

    def _of_start(self, name: PropertyName, path: Path, at: At) -> None:
        if self.start is None:
            place = "a segment" if self.gate == "segment" else "`becomes`"
            message = f"`{name}`: there is no start yet inside {place}."
            self.refuse(message, "Use a property of the account (`account.…`) or of the person.", *path, at=at)
            return
        if name.name == "at":
            message = "`start.at` is a time, and can't be compared here."
            self.refuse(message, "Say how long after the start with `after:`.", *path, at=at)
        elif self.start.carries is not None and name.name not in self.start.carries:
            carried = [f"start.{carried}" for carried in self.start.carries]
            has = f"It has {listed(carried, 'and')}." if carried else "Only an event carries data."
            self.refuse(f"This start has no `{name}`.", has, *path, at=at)


def _plural(about: Subject) -> str:
    return "people" if about == "person" else "accounts"
