"""Rule tests as their files say them: what was so, what happened, and what is expected to come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainValidator
from pydantic_core import InitErrorDetails

from firstwin.rules.names import Duration, EventName, RuleName, StepName
from firstwin.rules.problems import listed
from firstwin.rules.ruletest_times import Day, Time, in_one_line
from firstwin.rules.word import Word, refusal, refused_at, shown

ACTIONS = ("email", "alert", "webhook", "digest", "record")
SOMEBODY: Mapping[str, Any] = {"id": "person", "email": "person@example.com"}  # who is there where a test names nobody
ACCOUNT: Mapping[str, Any] = {"id": "account"}
MOST_TIMES = 1000


def _id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise refusal(f"{shown(value)} is not an id.", "Write a name like `a1`.")
    return value


def _list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _events(value: object) -> object:
    if isinstance(value, list | tuple):
        return value
    message = f"{shown(value)} is not a list of what happened."
    raise refusal(message, "Write each in a line of its own below `events:`: `- 2026-03-27 09:00 signed_up`.")


def _properties(value: object) -> object:
    """What is said of somebody; a prefix would say twice whose it is."""
    if not isinstance(value, Mapping):
        raise refusal(f"{shown(value)} is not a set of properties.", "Write `{id: a1, plan: pro}`.")
    for name in value:
        prefix, dot, rest = str(name).partition(".")
        if dot and prefix in ("account", "person"):
            raise refusal(f"`{name}`: here properties stand without `{prefix}.`.", f"Write `{rest}`.")
    return dict(value)


def _person(value: object) -> object:
    """With an id, and in lists what may be one or many."""
    if not isinstance(value, Mapping) or "id" not in value:
        raise refusal("A person needs an id.", "Write `{id: ada, email: ada@example.com}`.")
    return _properties(value) | {"id": _id(value["id"])}  # type: ignore[operator] # it is a mapping


def _account(value: object) -> object:
    found = _properties(value)
    return found | {"id": _id(found.get("id", ACCOUNT["id"]))}  # type: ignore[attr-defined,operator] # a mapping


def _times(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 < value <= MOST_TIMES:
        raise refusal(f"{shown(value)} is not how often it happens.", f"Write a number from `2` to `{MOST_TIMES}`.")
    return value


Id = Annotated[str, PlainValidator(_id)]
Properties = Annotated[dict[str, Any], BeforeValidator(_properties)]
Account = Annotated[dict[str, Any], PlainValidator(_account)]
Person = Annotated[dict[str, Any], PlainValidator(_person)]
Names = Annotated[tuple[RuleName, ...], BeforeValidator(_list)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]


class Given(Word):
    """Who there is, and what was so before anything happened."""

    account: Account | None = None
    accounts: tuple[Account, ...] = ()
    person: Person | None = None
    people: tuple[Person, ...] | None = None

    called: ClassVar[str] = "`given`"
    shape: ClassVar[str] = "Write `given: {account: {id: a1, mrr: 5000}}`, and `people:` where they matter."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        for one, many in (("account", "accounts"), ("person", "people")):
            if one in data and many in data:
                message = f"`{one}` and `{many}` exclude each other."
                yield refused_at(many, message=message, suggestion="Put all of them into the list.", at="key")

    @cached_property
    def all_accounts(self) -> tuple[dict[str, Any], ...]:
        return (self.account,) if self.account else self.accounts

    @cached_property
    def all_people(self) -> tuple[dict[str, Any], ...]:
        """Where a test names nobody at all, somebody is there all the same, and can be written to."""
        if self.person is None and self.people is None:
            return (dict(SOMEBODY),)
        return (self.person,) if self.person else self.people or ()


class Happening(Word):
    """An event, or a property that changes. ``by`` is a person's id; ``arrives`` when we hear of it, if that is later.

    With ``every`` and ``times`` it happens that often, and each time is told of as late as the first.
    """

    at: Time
    event: EventName | None = None
    identify: Properties | None = None
    group: Properties | None = None
    by: Id | None = None
    account: Id | None = None
    props: dict[str, Any] = Field(default_factory=dict)
    arrives: Time | None = None
    every: Duration | None = None
    times: Annotated[int | None, BeforeValidator(_times)] = None

    called: ClassVar[str] = "An event"
    needed: ClassVar[Mapping[str, str]] = {"at": "Write when it happened: `at: 2026-03-27 09:00`."}
    synonyms: ClassVar[Mapping[str, str]] = {
        "person": "by", "user": "by", "who": "by", "properties": "props", "with": "props", "did": "event",
        "track": "event", "name": "event", "time": "at", "when": "at", "arrived": "arrives", "traits": "identify",
        "repeat": "times", "count": "times", "at_most": "times",
    }  # fmt: skip
    shape: ClassVar[str] = "Write `2026-03-27 09:00 signed_up`, or `{at: 2026-03-27 09:00, event: signed_up, by: ada}`."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        kinds = [kind for kind in ("event", "identify", "group") if kind in data]
        if not kinds and not any(cls.meant(key) == "event" for key in data if key not in cls.written()):
            suggestion = (
                "Write `event: signed_up`; `group: {plan: pro}` and `identify: {role: owner}` change properties."
            )
            yield refused_at(message="It does not say what happened.", suggestion=suggestion)
        if len(kinds) > 1:
            message = f"{listed(kinds, 'and')} are two things that happen."
            yield refused_at(kinds[1], message=message, suggestion="Make two of it.", at="key")
        if ("every" in data) != ("times" in data):
            there, other, example = ("every", "times", "12") if "every" in data else ("times", "every", "7 days")
            message = (
                f"`{there}:` does not say how often." if there == "every" else "`times:` does not say how far apart."
            )
            yield refused_at(there, message=message, suggestion=f"Write `{other}: {example}` beside it.", at="key")
        if "props" in data and "event" not in data and kinds:
            message = "Only an event has `props`."
            yield refused_at("props", message=message, suggestion=f"Write `{kinds[0]}: {{name: value}}`.", at="key")

    @property
    def known(self) -> datetime:
        """When it arrives."""
        return self.arrives or self.at

    def one_by_one(self) -> Iterator[Happening]:
        """Each time that it happens."""
        for number in range(self.times or 1):
            later = number * (self.every or timedelta())
            yield self.model_copy(update={"at": self.at + later, "arrives": self.arrives and self.arrives + later})


class Wanted(Word):
    """One thing that comes of it. What is left out is not looked at. With ``sends: nothing`` a message that stays out."""

    rule: RuleName | None = None
    step: StepName | None = None
    email: str | None = None
    alert: str | None = None
    webhook: str | None = None
    digest: str | None = None
    record: str | None = None
    sends: Literal["nothing"] | None = None
    to: str | None = None
    at: Time | None = None
    because: str | None = None
    account: Id | None = None
    person: Id | None = None
    says: Texts = ()

    called: ClassVar[str] = "What is expected"
    synonyms: ClassVar[Mapping[str, str]] = {
        "mail": "email", "receiver": "to", "reason": "because", "why": "because", "time": "at", "when": "at",
        "milestone": "record", "text": "says", "contains": "says", "about": "account",
    }  # fmt: skip
    shape: ClassVar[str] = "Write `expect: nothing`, or a list of `{email: welcome, to: ada, at: 2026-03-27 09:00}`."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        said = [word for word in (*ACTIONS, "sends") if word in data]
        if len(said) > 1:
            message = f"{listed(said, 'and')} are different things."
            yield refused_at(said[1], message=message, suggestion="Make a line of each.", at="key")
        if not data:
            yield refused_at(message="Here is nothing.", suggestion=cls.shape)

    @property
    def action(self) -> tuple[str, str] | None:
        """Like (``email``, its template); None if any will do."""
        return next(((word, name) for word in ACTIONS if (name := getattr(self, word)) is not None), None)


def _wanted(value: object) -> object:
    if value == "nothing":
        return ()
    if value is None or value == [] or isinstance(value, str):
        message = f"{shown(value)} is not what can be expected."
        raise refusal(message, Wanted.shape)
    return _list(value)


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refusal(f"{shown(value)} is not a test's name.", "Write in a sentence what the test shows.")
    return value.strip()


class RuleTest(Word):
    """One test."""

    test: Annotated[str, PlainValidator(_name)]
    rule: Names
    rule_since: Day | None = None
    given: Given = Given()
    events: Annotated[tuple[Annotated[Happening, BeforeValidator(in_one_line)], ...], BeforeValidator(_events)] = ()
    sent_at: Time | None = None
    until: Day | None = None
    expect: Annotated[tuple[Wanted, ...], BeforeValidator(_wanted)]
    because: str | None = None

    called: ClassVar[str] = "A rule test"
    needed: ClassVar[Mapping[str, str]] = {
        "test": "Write in a sentence what the test shows.",
        "rule": "Write which rule it is about: `rule: first-login`.",
        "expect": "Write `expect: nothing`, or what is expected.",
    }
    synonyms: ClassVar[Mapping[str, str]] = {
        "name": "test", "title": "test", "describe": "test", "it": "test", "rules": "rule", "with": "given", "then": "expect", "expects": "expect",
        "when": "events", "happens": "events", "end": "until", "late": "sent_at", "why": "because", "reason": "because",
        "new_since": "rule_since", "active_from": "rule_since",
    }  # fmt: skip
    shape: ClassVar[str] = "A test begins with `- test:`, then `rule:`, `given:`, `events:` and `expect:`."

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        if "because" in data and data.get("expect") not in ("nothing", None):
            message = "`because` beside `expect` says why nothing comes."
            yield refused_at("because", message=message, suggestion="Move it into the line that it is about.", at="key")
        misspelt = {cls.meant(key) for key in data if key not in cls.written()}
        if not data.get("events") and "rule_since" not in data and misspelt.isdisjoint(("events", "rule_since")):
            message = "Nothing says when this takes place."
            yield refused_at(message=message, suggestion="Write `events:`, or `rule_since: 2026-03-27 09:00`.")

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """Everything that happens, each time by itself."""
        return tuple(one for event in self.events for one in event.one_by_one())

    @property
    def begins(self) -> datetime:
        """When the first thing happens."""
        return min(moment for moment in (*(event.at for event in self.events), self.rule_since) if moment)


def cut(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The part of a test that is left out when something in it is wrong."""
    return path[:1]
