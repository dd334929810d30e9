"""A rule file: its keys, and the rule that it comes down to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.actions import Then
from firstwin.rules.conditions import Condition
from firstwin.rules.documents import Path
from firstwin.rules.fitting import misfits
from firstwin.rules.gates import Gate
from firstwin.rules.names import Duration, Part, RuleName, StepName, WholeNumber
from firstwin.rules.problems import nearest
from firstwin.rules.repeating import HowOften, repeated_wrongly
from firstwin.rules.scope import Scope, StartFacts
from firstwin.rules.starts import When
from firstwin.rules.times_of_day import Due
from firstwin.rules.word import Word, refusal, refused_at, shown

AT_ONCE = timedelta(0)
AGAIN = "Write `again: never`, `again: every time` or `again: {after: 30 days}`."
ABOUT = "Write `about: account` or `about: person`: who is counted, and nudged once."
SUBJECTS = {"accounts": "account", "company": "account", "customer": "account", "workspace": "account",
            "people": "person", "persons": "person", "user": "person", "users": "person", "contact": "person"}  # fmt: skip
SYNONYMS = {
    "trigger": "when", "start": "when", "on": "when", "wait": "after", "delay": "after", "if": "only_if",
    "condition": "only_if", "conditions": "only_if", "where": "only_if", "except": "unless", "not_if": "unless",
    "exit": "until", "goal": "until", "stop": "until", "send": "then", "do": "then", "action": "then", "actions": "then",
    "repeat": "again", "frequency": "again", "for": "about", "who": "about", "subject": "about", "type": "class",
    "id": "was", "expires": "expires_after", "holdout": "hold_out", "control": "hold_out",
}  # fmt: skip


def _about(value: object) -> object:
    if value in ("account", "person"):
        return value
    meant = SUBJECTS.get(str(value).lower()) or nearest(str(value), ("account", "person"))
    raise refusal("A rule is about an account or a person.", f"Write `about: {meant}`." if meant else ABOUT)


class AgainAfter(Word):
    after: Duration

    called: ClassVar[str] = "`again`"


def _again(value: object) -> object:
    if isinstance(value, Mapping | AgainAfter) or value in ("never", "every time"):
        return value
    text = str(value).lower()
    if text in ("once", "no", "false", "one time"):
        raise refusal(f"{shown(value)} is not how `again` is said.", "Write `again: never`.")
    if text in ("always", "every_time", "everytime", "each time", "yes", "true"):
        raise refusal(f"{shown(value)} is not how `again` is said.", "Write `again: every time`.")
    if isinstance(value, str) and value.partition(" ")[0].isdigit():
        raise refusal(f"{shown(value)} is not how `again` is said.", f"Write `again: {{after: {value}}}`.")
    raise refusal(f"{shown(value)} is not how `again` is said.", AGAIN)


def _again_form(value: object) -> str:
    return "<after>" if isinstance(value, Mapping | AgainAfter) else "<word>"


Again = Annotated[
    Annotated[Literal["never", "every time"], Tag("<word>")] | Annotated[AgainAfter, Tag("<after>")],
    Discriminator(_again_form),
    BeforeValidator(_again),
]


def _feed(value: object) -> object:
    if value in ("usual", "sparse"):
        return value
    message = f"{shown(value)} is not a kind of feed."
    raise refusal(message, "Write `feed: sparse` where the event it waits for is rare; else leave the line out.")


class StepFile(Due):
    """One message, or one set of messages, at its own time after the start."""

    after: Duration | None = None
    before: Duration | None = None
    every: Duration | None = None
    at_most: HowOften | None = None
    unless: Gate | None = None
    only_if: Condition | None = None
    then: Then | None = None
    was: StepName | None = None

    called: ClassVar[str] = "A step"
    needed: ClassVar[Mapping[str, str]] = {"then": "Write what to do: `then: {email: welcome, to: contact}`."}
    synonyms: ClassVar[Mapping[str, str]] = SYNONYMS
    shape: ClassVar[str] = "Write `after: 2 days` and `then: …` below the step's name, indented."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if "after" in data and "before" in data:
            yield refused_at(
                "before", message="`after` and `before` exclude each other.", suggestion="Keep one.", at="key"
            )
        yield from repeated_wrongly(data)

    def steps(self, name: str, scope: Scope) -> tuple[terms.Step, ...]:
        """The step as it is meant, and its repetitions."""
        wait = self.wait(scope)
        gated = scope if wait is None else scope.waiting(self.all_waits(wait))
        step = terms.Step(
            name,
            AT_ONCE if wait is None else wait,
            tuple(action.action(gated.at("then", index)) for index, action in enumerate(self.then or ())),
            unless=gate(self.unless, gated, "unless"),
            only_if=gate(self.only_if, gated, "only_if"),
            times=self.at_most or 1,
            every=self.every or AT_ONCE,
            was=self.was,
        )
        return step.repeated()

    def all_waits(self, first: timedelta) -> tuple[timedelta, ...]:
        """How long after the start it is due, and for the last time."""
        return (first, first + (self.at_most - 1) * self.every) if self.every and self.at_most else (first,)

    def wait(self, scope: Scope) -> timedelta | None:
        """How long after the start; None where it could not be read."""
        if scope.is_broken("after") or scope.is_broken("before"):
            return None
        return -self.before if self.before else self.after or AT_ONCE


def gate(written: Any, scope: Scope, word: Literal["unless", "only_if", "until"]) -> terms.Term | None:  # noqa: ANN401 - one of many classes
    term: terms.Term | None = None if written is None else written.term(scope.gated(word))
    return term


def _without_dashes(steps: list[Any]) -> str:
    """With the name that the first of them seems to have."""
    first = steps[0] if steps and isinstance(steps[0], Mapping) else {}
    key = str(next(iter(first), ""))
    if key in ("name", "id", "step") and isinstance(first[key], str):
        return (
            f"Write `{first[key]}:` in place of `- {key}: {first[key]}`, and below it, indented, what stands there now."
        )
    if key and key not in StepFile.written():
        return f"Write `{key}:` without the dash, and below it, indented, its `after:` and `then:`."
    return "Write `steps:` and below it, indented, `welcome:` in place of each dash."


def _named_steps(value: object) -> object:
    if isinstance(value, list):
        raise refusal("Steps have names, so that one can be put in between later.", _without_dashes(value))
    if isinstance(value, Mapping) and not value:
        raise refusal("There are no steps.", "Write at least one, with a name: `welcome: {then: …}`.")
    if isinstance(value, Mapping) and terms.OVER in value:
        message = f"`{terms.OVER}` is what is done when a state ends, and no name for a step."
        raise refusal(message, "Write it beside `steps:`, or give the step another name.")
    return value


class RuleFile(Due):
    """One rule. Keys that must be there may be None only while the rest of a broken file is looked at."""

    about: Annotated[Literal["account", "person"] | None, BeforeValidator(_about)] = None
    when: When | None = None
    after: Duration | None = None
    before: Duration | None = None
    unless: Gate | None = None
    only_if: Condition | None = None
    until: Gate | None = None
    then: Then | None = None
    steps: Annotated[dict[StepName, StepFile] | None, BeforeValidator(_named_steps)] = None
    when_over: Then | None = None
    again: Again | None = None
    backfill: Duration | None = None
    expires_after: Duration | None = None
    hold_out: Part | None = None
    feed: Annotated[Literal["usual", "sparse"], BeforeValidator(_feed)] = "usual"
    class_: Literal["marketing", "service", "alert"] | None = Field(default=None, alias="class")
    priority: WholeNumber = 0
    mode: Literal["live", "shadow"] = "live"
    was: RuleName | None = None

    called: ClassVar[str] = "A rule"
    needed: ClassVar[Mapping[str, str]] = {
        "about": ABOUT,
        "when": "Write how the rule begins: `when: signed_up`, for example.",
        "again": f"{AGAIN} There is no default, so that nobody is nudged twice by accident.",
    }
    synonyms: ClassVar[Mapping[str, str]] = SYNONYMS
    shape: ClassVar[str] = "A rule file begins with `about: account`, then `when: …`, each in a line of its own."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if "then" in data and "steps" in data:
            message = "`then` and `steps` exclude each other."
            yield refused_at(
                "steps", message=message, suggestion="Make the `then` a step with a name of its own.", at="key"
            )
        elif "then" not in data and "steps" not in data:
            message = "The rule does nothing: `then:` is missing."
            yield refused_at(message=message, suggestion="Write `then: {email: welcome, to: contact}`, or `steps:`.")
        for word in ("after", "before"):
            if word in data and "steps" in data:
                message = f"With `steps`, each step says its own `{word}`."
                yield refused_at(
                    word, message=message, suggestion="Move it into the steps that it is meant for.", at="key"
                )
        if "after" in data and "before" in data:
            yield refused_at(
                "before", message="`after` and `before` exclude each other.", suggestion="Keep one.", at="key"
            )

    @classmethod
    def unknown(cls, key: str) -> tuple[str, str]:
        if key in ("name", "id"):
            return "A rule's name is that of its file, without the ending.", "Take this line out."
        if key in ("every", "at_most"):
            return f"`{key}:` repeats a step, and stands in it.", "Write `steps:`, and in one of them `every: 7 days`."
        return super().unknown(key)

    def rule(self, name: str, scope: Scope) -> terms.Rule | None:
        """The rule as it is meant, its defaults filled in; None if it says too little. Mistakes go to the scope."""
        inside = scope.about_a(self.about).started(self._facts(scope))
        start = self.when.start(inside.at("when")) if self.when else None
        steps = self._steps(inside)
        gated = inside.waiting(self._waits(inside))
        until, unless, only_if = (gate(getattr(self, word), gated, word) for word in ("until", "unless", "only_if"))
        if self.was == name:
            inside.refuse(
                f"`{name}` is this rule itself.", "`was:` names the rule's name before it was renamed.", "was"
            )
        elif self.was:
            inside.uses("was", self.was, "was")
        if self.hold_out and steps and all(isinstance(deed, terms.Record) for step in steps for deed in step.deeds):
            message = "This rule sends nothing, so that nobody can be held out."
            inside.refuse(message, "Hold out where the messages are sent.", "hold_out", at="key")
        if not (self.about and start and self.again):
            return None
        return terms.Rule(
            name, self.about, start, steps, self._again(), until, unless, only_if,
            backfill=self.backfill or AT_ONCE, expires_after=self.expires_after, message_class=self._class(steps),
            priority=self.priority, mode=self.mode, hold_out=self.hold_out or 0, feed=self.feed, was=self.was,
            source=scope.findings.document.source.text, over=self._over(start, inside),
        )  # fmt: skip

    def _facts(self, scope: Scope) -> StartFacts:
        return self.when.facts(scope.known.milestones) if self.when else StartFacts(None)

    def _steps(self, scope: Scope) -> tuple[terms.Step, ...]:
        misfits(self, scope)
        if self.steps:
            self._renamed(scope)
            return tuple(one for name, step in self.steps.items() for one in step.steps(name, scope.at("steps", name)))
        return self._only_step.steps("", scope) if self.then else ()

    def _renamed(self, scope: Scope) -> None:
        """`was:` of a step names one that is gone, and that nobody else was."""
        claimed: dict[str, str] = {}
        for name, step in (self.steps or {}).items():
            if step.was is None:
                continue
            if step.was in (self.steps or {}):
                message = (
                    f"The step `{step.was}` is still there." if step.was != name else f"`{name}` is this step itself."
                )
                scope.refuse(message, "`was:` names a step that was renamed.", "steps", name, "was")
            elif step.was in claimed:
                message = f"The step `{claimed[step.was]}` says `was: {step.was}` too."
                scope.refuse(message, "Only one step can be the renamed one.", "steps", name, "was")
            claimed.setdefault(step.was, name)

    def _over(self, start: terms.Start, scope: Scope) -> terms.Step | None:
        """What is due when the state is over, for as long as it is."""
        if not self.when_over or not isinstance(start, terms.BecomesStart):
            return None
        actions = tuple(action.action(scope.at("when_over", index)) for index, action in enumerate(self.when_over))
        return terms.Step(terms.OVER, AT_ONCE, actions, unless=start.condition)

    @property
    def _only_step(self) -> StepFile:
        return StepFile.model_construct(after=self.after, before=self.before, then=self.then)

    def _waits(self, scope: Scope) -> tuple[timedelta, ...]:
        if not self.steps:
            own = self._only_step.wait(scope)
            return () if own is None or not self.then else (own,)
        found = [(step, step.wait(scope.at("steps", name))) for name, step in self.steps.items()]
        if any(wait is None for _, wait in found):
            return ()
        return tuple(one for step, wait in found if wait is not None for one in step.all_waits(wait))

    def _again(self) -> terms.Again:
        if isinstance(self.again, AgainAfter):
            return terms.Again("after", self.again.after)
        return terms.Again(self.again or "never")

    def _class(self, steps: tuple[terms.Step, ...]) -> Literal["marketing", "service", "alert"]:
        mails = any(isinstance(deed, terms.Email) for step in steps for deed in step.deeds)
        return self.class_ or ("marketing" if mails else "alert")


def cut(path: Path) -> Path:
    """The part of a rule file that is left out when something in it is wrong: a key of the rule or of a step."""
    return path[:3] if path[0] == "steps" else path[:1]
