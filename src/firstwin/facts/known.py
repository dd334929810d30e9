"""What the database holds about the subjects of a batch, and how they are made of it: anew each time they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from firstwin.facts.change import Change
from firstwin.facts.past import END_OF_TIME, Past
from firstwin.facts.stays import Stay, Stays, Told
from firstwin.facts.subject import FIRST, Kind, Person, Subject

MEMBERSHIP: Final = "firstwin.person.account"
Key = tuple[Kind, str]


class PastFact(NamedTuple):
    """A row of `event` that tells or confirms something about a subject."""

    name: str
    account: str | None
    props: Mapping[str, Any]
    value_at: int | None
    at: int


@dataclass(frozen=True)
class Known:
    """``accounts`` and ``people`` hold the traits, and when each was asserted, as JSON; ``stays`` the account, since
    and until. ``pasts`` has an entry for each subject that is known to be late; its facts are in the order of time.
    """

    zone: str
    accounts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    people: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stays: Mapping[str, Sequence[tuple[str, int, int | None]]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    pasts: Mapping[Key, Sequence[PastFact]] = field(default_factory=dict)

    def account(self, account: str) -> Subject:
        traits, asserted = _read(self.accounts.get(account))
        past = self._past("account", account, asserted) if self.pasts else None
        return Subject("account", account, traits, asserted, self.zone, past, asserted.get(FIRST, END_OF_TIME))

    def person(self, person: str) -> Person:
        traits, asserted = _read(self.people.get(person))
        past, told = (self._past("person", person, asserted), self._told(person)) if self.pasts else (None, None)
        stays = Stays(person, [Stay(*stay) for stay in self.stays.get(person, ())], told, asserted.get("account", 0))
        first = asserted.get(FIRST, END_OF_TIME)
        return Person("person", person, traits, asserted, self.zone, past, first, stays=stays)

    def _past(self, kind: Kind, subject: str, asserted: Mapping[str, int]) -> Past | None:
        facts = self.pasts.get((kind, subject))
        return None if facts is None else _past_of(kind, facts, Past(self.zone, asserted.get(FIRST, END_OF_TIME)))

    def _told(self, person: str) -> list[Told] | None:
        facts = self.pasts.get(("person", person))
        return None if facts is None else [_told(fact) for fact in facts if fact.name == MEMBERSHIP]


def _read(newest: tuple[str, str] | None) -> tuple[dict[str, Any], dict[str, int]]:
    return ({}, {}) if newest is None else (orjson.loads(newest[0]), orjson.loads(newest[1]))


def _past_of(kind: Kind, facts: Sequence[PastFact], past: Past) -> Past:
    own = f"firstwin.{kind}."
    for fact in facts:
        if fact.name == confirmed(kind):
            for prop, value in fact.props.items():
                past.remember_said(prop, fact.at, value)
        elif fact.name.startswith(own) and fact.name != MEMBERSHIP:
            past.remember(_change(fact, fact.name.removeprefix(own)))
    return past


def confirmed(kind: Kind) -> str:
    """The name of the facts that keep what was said without changing anything."""
    return f"firstwin.said.{kind}"


def _change(fact: PastFact, prop: str) -> Change:
    return Change(prop, fact.at, fact.props.get("value"), fact.value_at, bool(fact.props.get("inferred")))


def _told(fact: PastFact) -> Told:
    return Told(fact.at, fact.account or "", fact.props.get("value"))
