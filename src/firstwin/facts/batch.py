"""A batch of messages becomes facts, one after the other, against what is known of their subjects. Knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from firstwin.facts.change import Change
from firstwin.facts.known import MEMBERSHIP, Key, Known, confirmed
from firstwin.facts.segment import Message
from firstwin.facts.stays import Placing, Told
from firstwin.facts.subject import Person, Subject

# A row of `event` while it is made: it may be placed, or turn out to be another person's, before it is written.
Row = list[Any]
COLUMNS: Final = (
    "id", "account_id", "person_id", "name", "props", "value_at", "occurred_at", "received_at", "known_at", "source",
)  # fmt: skip
ID, ACCOUNT, PERSON, NAME, VALUE_AT, OCCURRED_AT = 0, 1, 2, 3, 5, 6


@dataclass(frozen=True, slots=True)
class Arrival:
    """How messages arrived, in microseconds since 1970. History was known as soon as it happened."""

    received_at: int
    is_history: bool
    source: str


class Batch:
    """Messages go in, rows come out.

    If ``late`` names a subject in the end, the rows are worth nothing: it takes a new batch that knows its past.
    ``aliases`` are those of this batch alone, ``placings`` concern rows that were there before.
    """

    def __init__(self, known: Known, arrival: Arrival) -> None:
        self.known = known
        self.arrival = arrival
        self.rows: list[Row] = []
        self.people: dict[str, Person] = {}
        self.accounts: dict[str, Subject] = {}
        self.aliases: dict[str, str] = {}
        self.placings: list[Placing] = []
        self._unplaced: dict[str, list[Row]] = {}

    def take(self, message: Message) -> None:
        """Said ahead of time counts from its arrival; an event dated ahead stays where it is."""
        at = message.at if self.arrival.is_history else min(message.at, self.arrival.received_at)
        if message.kind == "account":
            self._take_account(message, at)
            return
        person = self._person(self.resolve(message.person))
        if message.kind == "event":
            self._take_event(message, person, at)
            return
        mark = len(self.rows)
        match message.kind:
            case "identify":
                self._take_identify(message, person, at)
            case "group" | "leave":
                self._take_group(message, person, at)
            case "alias":
                self._take_alias(message, person, at)
        if len(self.rows) == mark:
            self._own_row(person, confirmed("person"), {}, at)
        self.rows[mark][ID] = message.id

    def late(self) -> set[Key]:
        """The subjects for which something came that is older than what was known."""
        found: set[Key] = {("account", a.id) for a in self.accounts.values() if a.is_late}
        return found | {("person", p.id) for p in self.people.values() if p.is_late or p.stays.is_late}

    def came_late(self, message: Message) -> bool:
        """Whether this message, the newest that was taken, made one of its subjects late."""
        account, person = self._subjects(message)
        if person is not None and (person.is_late or person.stays.is_late):
            return True
        return account is not None and account.is_late

    def told_of_its_subjects(self, message: Message) -> bool:
        """Whether this event, the newest message that was taken, says more of its subjects than what was known."""
        account, person = self._subjects(message)
        if person is not None and (person.is_changed or person.stays.is_changed):
            return True
        return self.came_late(message) or (account is not None and account.is_changed)

    def _subjects(self, message: Message) -> tuple[Subject | None, Person | None]:
        return self.accounts.get(message.account or ""), self.people.get(self.resolve(message.person))

    @property
    def is_settled(self) -> bool:
        """Whether nothing that comes later changes the rows that there are, or what was stored before."""
        return not (self._unplaced or self.aliases or self.placings)

    def resolve(self, person: str) -> str:
        """Who that is by now."""
        if not self.aliases and not self.known.aliases:
            return person
        while (following := self.aliases.get(person) or self.known.aliases.get(person)) is not None:
            person = following
        return person

    # ---- kinds of message -------------------------------------------------------------------------------------------

    def _take_event(self, message: Message, person: Person, at: int) -> None:
        self._heard_of(person, at)
        account = message.account
        if account is None:
            account = person.stays.place(message.at)
        else:
            self._seen_in(person, account, at)
        row = self._row(account, person.id, message.name, orjson.dumps(message.body).decode(), message.at)
        row[ID] = message.id

    def _take_identify(self, message: Message, person: Person, at: int) -> None:
        self._said(person, at, message.body)
        self._heard_of(person, at)
        if message.account is not None:
            self._seen_in(person, message.account, at)

    def _take_group(self, message: Message, person: Person, at: int) -> None:
        account = self._account(message.account or "")
        self._said(account, at, message.body)
        self._heard_of(person, at)
        if message.kind == "group":
            self._seen_in(person, account.id, at)
        else:
            self._heard_of(account, at)
            self._moved(person, person.stays.leave(account.id, at))

    def _take_account(self, message: Message, at: int) -> None:
        account, mark = self._account(message.account or ""), len(self.rows)
        self._said(account, at, message.body)
        self._heard_of(account, at)
        if len(self.rows) == mark:
            self._own_row(account, confirmed("account"), {}, at)
        self.rows[mark][ID] = message.id

    def _take_alias(self, message: Message, person: Person, at: int) -> None:
        """From now on, and for all that was before, the previous id means this person."""
        self._heard_of(person, at)
        previous = self.resolve(message.name)
        if previous != person.id:
            self.aliases[previous] = person.id
            if previous in self.people or previous in self.known.people:
                self._merge(self._person(previous), person)
        self._own_row(person, "firstwin.alias", {"previous_id": message.name}, at)

    def _merge(self, previous: Person, person: Person) -> None:
        changes = person.absorb(previous)
        told = person.stays.absorb(previous.stays)
        self._unplaced[person.id] = self._unplaced.pop(person.id, []) + self._unplaced.pop(previous.id, [])
        self._moved(person, told)
        self._changed(person, changes)

    # ---- what they bring --------------------------------------------------------------------------------------------

    def _said(self, subject: Subject, at: int, traits: dict[str, Any]) -> None:
        """Facts for what changes; what was said before is kept too, in case that something arrives in between."""
        changes = subject.say(at, traits)
        self._changed(subject, changes)
        changed = {change.prop for change in changes if change.at == at and not change.inferred}
        if len(changed) < len(traits):
            unchanged = {prop: value for prop, value in traits.items() if prop not in changed}
            self._own_row(subject, confirmed(subject.kind), unchanged, at)

    def _heard_of(self, subject: Subject, at: int) -> None:
        if at < subject.first:
            self._changed(subject, subject.begin(at))

    def _seen_in(self, person: Person, account: str, at: int) -> None:
        self._heard_of(self._account(account), at)
        told = person.stays.join(account, at)
        if told:
            self._moved(person, told)

    def _moved(self, person: Person, told: Sequence[Told]) -> None:
        """Facts for each account concerned, and the person's events find their place."""
        person.move()
        for at, account, current in told:
            self._row(account, person.id, MEMBERSHIP, orjson.dumps({"value": current}).decode(), at)
        for row in self._unplaced.pop(person.id, ()):
            row[ACCOUNT] = person.stays.place(row[OCCURRED_AT])
            if row[ACCOUNT] is None:
                self._unplaced.setdefault(person.id, []).append(row)
        if person.id in self.known.people or person.id in self.aliases.values():
            self.placings += person.stays.placings()

    def _changed(self, subject: Subject, changes: Iterable[Change]) -> None:
        begin = f"firstwin.{subject.kind}."
        for prop, at, value, value_at, inferred in changes:
            props = {"value": value, "inferred": True} if inferred else {"value": value}
            self._own_row(subject, begin + prop, props, at)[VALUE_AT] = value_at

    def _own_row(self, subject: Subject, name: str, props: dict[str, Any], at: int) -> Row:
        """A row about a subject itself. A person's names the person's account as well."""
        text = orjson.dumps(props).decode()
        if isinstance(subject, Person):
            return self._row(subject.stays.place(at), subject.id, name, text, at)
        return self._row(subject.id, None, name, text, at)

    def _row(self, account: str | None, person: str | None, name: str, props: str, at: int) -> Row:
        arrival = self.arrival
        known_at = at if arrival.is_history else arrival.received_at
        row = [None, account, person, name, props, None, at, arrival.received_at, known_at, arrival.source]
        self.rows.append(row)
        if account is None and person is not None:
            self._unplaced.setdefault(person, []).append(row)
        return row

    # ---- subjects, made when they are first asked for ----------------------------------------------------------------

    def _person(self, person: str) -> Person:
        found = self.people.get(person)
        if found is None:
            found = self.people[person] = self.known.person(person)
        return found

    def _account(self, account: str) -> Subject:
        found = self.accounts.get(account)
        if found is None:
            found = self.accounts[account] = self.known.account(account)
        return found
