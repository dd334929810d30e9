"""Whom a command line means: the account or person that a rule is asked about, or who may have been meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.facts.timeline import accounts_of, people_of, properties
from firstwin.rules.problems import nearest
from firstwin.rules.terms import Rule, Subject

MOST_PEOPLE = 50
NEARBY = 20  # ids on each side that are looked at for what may have been meant


class NotKnownError(Exception):
    """There is nobody of that id; the message says what to write instead."""


@dataclass(frozen=True)
class Whom:
    """The subject of a question. ``account`` is the person's own, where a rule is about people."""

    kind: Subject
    id: str
    name: str = ""
    account: str | None = None


@dataclass(frozen=True)
class Several:
    """The people of an account, whom a rule about people may each be asked about; ``more`` are not listed."""

    account: str
    people: tuple[Whom, ...]
    more: int = 0


def whom(connection: Connection, rule: Rule, named: str, person: str | None, now: datetime) -> Whom | Several:
    """Raises NotKnownError for nobody whom the database knows."""
    if rule.about == "account":
        return _account(connection, rule, named, person, now)
    if person is not None:
        return _person(connection, _known_person(connection, person), now)
    found = _alias(connection, named)
    if _is_there(connection, "person", found):
        return _person(connection, found, now)
    if not _is_there(connection, "account", named):
        raise NotKnownError(f"There is no person and no account {named}. {_meant(connection, named)}".rstrip())
    return _people(connection, named, now)


def _account(connection: Connection, rule: Rule, named: str, person: str | None, now: datetime) -> Whom:
    if person is not None:
        raise NotKnownError(f"The rule {rule.id} is about accounts: leave `--person` out.")
    if _is_there(connection, "account", named):
        name = properties(connection, "account", [named], now)[named].get("name")
        return Whom("account", named, name if isinstance(name, str) else "", named)
    if _is_there(connection, "person", named):
        its = accounts_of(connection, [named], now).get(named)
        instead = f"The person's account is `{its}`." if its else "The person is in no account."
        raise NotKnownError(f"{named} is a person, and the rule {rule.id} is about accounts. {instead}")
    raise NotKnownError(f"There is no account {named}. {_meant(connection, named, 'account')}".rstrip())


def _known_person(connection: Connection, named: str) -> str:
    found = _alias(connection, named)
    if _is_there(connection, "person", found):
        return found
    raise NotKnownError(f"There is no person {named}. {_meant(connection, named, 'person')}".rstrip())


def _alias(connection: Connection, named: str) -> str:
    alias = tables.alias.c
    query = select(alias.person_id).where(alias.previous_id == named)
    return connection.execute(query).scalar_one_or_none() or named


def _is_there(connection: Connection, kind: Subject, named: str) -> bool:
    """Created, or spoken of: events may come before their account."""
    row = tables.account if kind == "account" else tables.person
    if connection.execute(select(row.c.id).where(row.c.id == named)).first():
        return True
    fact = tables.event.c
    whose = fact.account_id if kind == "account" else fact.person_id
    return connection.execute(select(fact.seq).where(whose == named).limit(1)).first() is not None


def _person(connection: Connection, named: str, now: datetime) -> Whom:
    props = properties(connection, "person", [named], now)[named]
    return Whom("person", named, _name(props), props.get("account"))


def _name(props: Mapping[str, Any]) -> str:
    name = props.get("name")
    return name if isinstance(name, str) else ""


def _people(connection: Connection, account: str, now: datetime) -> Several:
    members = people_of(connection, [account], now)[account]
    if not members:
        raise NotKnownError(f"The account {account} has no people, and the rule is about people.")
    listed = tuple(Whom("person", member.id, member.name or "", account) for member in members[:MOST_PEOPLE])
    return Several(account, listed, max(0, len(members) - MOST_PEOPLE))


# ---- who may have been meant ----------------------------------------------------------------------------------------


def _meant(connection: Connection, named: str, *kinds: Subject) -> str:
    found = {one for kind in kinds or ("account", "person") for one in _near(connection, kind, named)}
    meant = nearest(named, found)
    return f"Did you mean `{meant}`?" if meant else ""


def _near(connection: Connection, kind: Subject, named: str) -> Iterator[str]:
    """Those that stand beside it, or beside its beginning, in the order of the ids: a few looks into an index."""
    row = tables.account.c.id if kind == "account" else tables.person.c.id
    spelled = {named.lower(), named.upper(), named.title()}
    yield from connection.scalars(select(row).where(row.in_(sorted(spelled))))
    for begin in {named, named[: len(named) // 2 + 1], named[:2]}:
        yield from connection.scalars(select(row).where(row >= begin).order_by(row).limit(NEARBY))
        yield from connection.scalars(select(row).where(row < begin).order_by(row.desc()).limit(NEARBY))
