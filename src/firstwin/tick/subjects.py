"""Whom the due matches are about: their people, addresses and what these people do not want to get."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection

from firstwin.db.types import EPOCH
from firstwin.decide.recipients import address_in_data
from firstwin.decide.value import Person, Subject
from firstwin.facts.subject import Kind
from firstwin.facts.timeline import KNOWN, Member, people_of, properties
from firstwin.match.plan import Asked, Moment
from firstwin.match.value import Match
from firstwin.outbox.suppressions import suppressed
from firstwin.rules.terms import Digest, Email, Rule
from firstwin.tick.environment import Environment


def subjects_for(
    connection: Connection, env: Environment, asked: Asked, moment: Moment, due: Sequence[tuple[Match, bool]]
) -> dict[int, Subject]:
    """By start. What only records, or only goes to programs, needs to know nobody."""
    ids = sorted({match.start.subject for match, _ in due})
    known = Reader(connection, env, asked, moment.now).read(ids)
    return {match.start.id: told(known[match.start.subject], exists=exists) for match, exists in due}


def told(subject: Subject, *, exists: bool) -> Subject:
    """The subject, who is there or is not."""
    return subject if exists else subject._replace(exists=False)


@dataclass(frozen=True)
class Reader:
    """Reads of each subject what deciding about this rule asks for, and no more.

    ``latest``, if there is one, is told since when each looks as it does at ``now``.
    """

    connection: Connection
    env: Environment
    asked: Asked
    now: datetime
    latest: dict[str, datetime] | None = None

    @property
    def seen(self) -> ColumnElement[bool] | None:
        return KNOWN if self.asked.seen.kind == "known" else None

    def read(self, ids: Sequence[str]) -> dict[str, Subject]:
        rule = self.asked.rule
        if rule.only_records:
            return {one: Subject(rule.about, one, self._account_id(one, {})) for one in ids}
        return self._accounts(ids) if rule.about == "account" else self._people(ids)

    def _account_id(self, subject: str, accounts: Mapping[str, str]) -> str | None:
        return subject if self.asked.rule.about == "account" else accounts.get(subject)

    def _accounts(self, ids: Sequence[str]) -> dict[str, Subject]:
        people: Mapping[str, Sequence[Member]] = {}
        if sends_mail(self.asked.rule):
            people = people_of(self.connection, ids, self.now, self.seen, OF_PEOPLE, self.latest)
        traits = self._properties("account", ids, OF_ACCOUNTS)
        silent = self._suppressed([member for members in people.values() for member in members])
        return {one: self._account(one, traits[one], people.get(one, ()), silent) for one in ids}

    def _account(
        self, id_: str, traits: Mapping[str, Any], people: Sequence[Member], silent: Mapping[str, frozenset[str]]
    ) -> Subject:
        named = {f"account.{name}": value for name, value in traits.items()}
        contact, csm = traits.get("contact"), traits.get("csm")
        return Subject(
            "account",
            id_,
            id_,
            people=tuple([_person(member, silent) for member in people]),
            contact=contact if isinstance(contact, str) else None,
            csm=self.env.csm_by_name.get(csm) if isinstance(csm, str) else None,
            csm_name=csm if isinstance(csm, str) else "",
            properties=named,
        )

    def _people(self, ids: Sequence[str]) -> dict[str, Subject]:
        """A person rule knows the person, and the account that the person is in."""
        traits = self._properties("person", ids, OF_PEOPLE)
        accounts = {person: own["account"] for person, own in traits.items() if "account" in own}
        around = self._accounts(sorted(set(accounts.values())))
        self._note_account(accounts)
        members = {one: _alone(one, traits[one], self.now) for one in ids}
        silent = self._suppressed(list(members.values()))
        nobody = Subject("account", "", None)
        found = {}
        for one in ids:
            account = around.get(accounts.get(one, ""), nobody)
            colleagues = tuple(person for person in account.people if person.id != one)
            own = {f"person.{name}": value for name, value in traits[one].items()}
            found[one] = account._replace(
                kind="person",
                id=one,
                account_id=accounts.get(one),
                people=(_person(members[one], silent), *colleagues),
                properties={**account.properties, **own},
            )
        return found

    def _properties(self, kind: Kind, ids: Sequence[str], names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        named = properties_named(self.asked.rule, kind)
        return properties(self.connection, kind, ids, self.now, self.seen, (*names, *named), self.latest)

    def _note_account(self, accounts: Mapping[str, str]) -> None:
        """What is told of the account is told of the person, too."""
        if self.latest is not None:
            for person, account in accounts.items():
                self.latest[person] = max(self.latest[person], self.latest.get(account, EPOCH))

    def _suppressed(self, members: Collection[Member]) -> Mapping[str, frozenset[str]]:
        """The classes not to be sent, by person and by address in small letters."""
        people = [member.id for member in members]
        addresses = [member.email for member in members if member.email]
        return suppressed(self.connection, self.env.addresses, people, addresses)


OF_ACCOUNTS: Final = ("contact", "csm")
OF_PEOPLE: Final = ("email", "role", "account", "deleted")


@lru_cache(maxsize=4096)
def properties_named(rule: Rule, kind: Kind) -> tuple[str, ...]:
    """Those that its actions name: the address to write to, what a list is ordered by."""
    named = {deed.to.name for deed in rule.deeds if isinstance(deed, Email) and deed.to.kind == "address"}
    named |= {str(deed.order_by.of) for deed in rule.deeds if isinstance(deed, Digest) and deed.order_by}
    return tuple(sorted(name.removeprefix(f"{kind}.") for name in named if name.startswith(f"{kind}.")))


def addresses_in_data(
    rule: Rule, due: Sequence[tuple[Match, bool]], subjects: Mapping[int, Subject]
) -> Collection[str]:
    """Those that the rule writes to though they stand for nobody we know: ``to: account.billing_email``."""
    names = {action.to.name for action in rule.deeds if isinstance(action, Email) and action.to.kind == "address"}
    found = (address_in_data(match, subjects[match.start.id], name) for match, _ in due for name in names)
    return {address for address in found if address}


@lru_cache(maxsize=4096)
def writes_to_data(rule: Rule) -> bool:
    """Whether any of its mails goes to an address that stands in the data."""
    return any(isinstance(deed, Email) and deed.to.kind == "address" for deed in rule.deeds)


def sends_mail(rule: Rule) -> bool:
    """Whether any step writes to customers."""
    return any(isinstance(deed, Email) for deed in rule.deeds)


def _person(member: Member, silent: Mapping[str, frozenset[str]]) -> Person:
    if not silent:
        return Person(member.id, member.email, member.role)
    by_address = silent.get((member.email or "").lower(), frozenset())
    return Person(member.id, member.email, member.role, silent.get(member.id, frozenset()) | by_address)


def _alone(id_: str, traits: Mapping[str, Any], now: datetime) -> Member:
    email, role = traits.get("email"), traits.get("role")
    return Member(id_, now, email if isinstance(email, str) else None, role if isinstance(role, str) else None, None)
