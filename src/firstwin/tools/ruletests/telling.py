"""Tells the database what a test says: who there is, and what happened, by the messages that a product would send."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from firstwin.db.tables import event
from firstwin.facts.ingest import ingest
from firstwin.facts.moments import instant, iso, microseconds, named_moment
from firstwin.facts.segment import Message, Refused, read
from firstwin.rules.ruletest import ACCOUNT, Happening, RuleTest
from firstwin.rules.terms import Subject

LONG_AFTER = datetime(9000, 1, 1, tzinfo=UTC)  # history is known since it happened, however late it is told
NOBODY = "somebody"  # who does things in a test that says `people: []`


class UntoldError(Exception):
    """A message that a test makes cannot be taken: a bug, as what a test says is looked through before."""


@dataclass(frozen=True)
class Cast:
    """Who takes part in a test. Without an account in a test about people, there is none."""

    accounts: tuple[Mapping[str, Any], ...]
    people: tuple[Mapping[str, Any], ...]

    def accounts_of(self, person: str) -> tuple[str, ...]:
        """The accounts that a person is said to be in: the only one, unless it is said."""
        said = next((each for each in self.people if each["id"] == person), {})
        named = said.get("accounts", said.get("account"))
        if named is not None:
            return tuple(map(str, named)) if isinstance(named, list) else (str(named),)
        return (self.accounts[0]["id"],) if len(self.accounts) == 1 and self.people else ()

    def by(self, happening: Happening) -> str:
        """Who did it: the first person, unless it is said."""
        return happening.by or (self.people[0]["id"] if self.people else NOBODY)

    def where(self, happening: Happening) -> str | None:
        """The account that it concerns; None where that is left to who did it."""
        if happening.account is not None:
            return happening.account
        if len(self.accounts) == 1 and (happening.group is not None or not self.people):
            return str(self.accounts[0]["id"])
        own = self.accounts_of(self.by(happening)) if happening.group is not None else ()
        return own[0] if len(own) == 1 else None


def cast_of(test: RuleTest) -> Cast:
    accounts = test.given.all_accounts
    return Cast(accounts or (dict(ACCOUNT),), test.given.all_people)


class Telling:
    """``before`` is the moment since which was so what the test says is given."""

    def __init__(self, test: RuleTest, cast: Cast, before: datetime, milestones: Mapping[str, Subject]) -> None:
        self._test = test
        self._cast = cast
        self._before = before
        self._milestones = milestones

    def tell(self, connection: Connection, run: str, zone: str) -> None:
        """What arrives late is known late. ``milestones`` that simply happen are written as their rules would."""
        messages = [*self._given(zone), *self._happened(late=False)]
        _taken(connection, [message for _, message in messages], LONG_AFTER, zone, history=True)
        for arrival, late in _by_arrival(self._happened(late=True)).items():
            _taken(connection, late, arrival, zone, history=False)
        reached = [self._reached(each, run) for each in self._test.happenings if each.event in self._milestones]
        if reached:
            connection.execute(insert(event), reached)

    # ---- who there is ----

    def _given(self, zone: str) -> Iterator[tuple[datetime, Message]]:
        """As old as the first event, unless a test says another age."""
        born = {"created_at": iso(microseconds(self._test.begins))}
        for number, account in enumerate(self._cast.accounts):
            at, traits = self._since(account, zone), {**born, **_without(account, "id")}
            yield self._message(f"account-{number}", at, type="group", groupId=account["id"], traits=traits)
        for number, person in enumerate(self._cast.people):
            at = self._since(person, zone) + timedelta(milliseconds=number)
            yield from self._person(number, {**born, **person}, at)

    def _since(self, whom: Mapping[str, Any], zone: str) -> datetime:
        """What is said of somebody was so as long as they were there, and in any case before the rule began."""
        created = named_moment(whom.get("created_at"), zone)
        just_before = self._before - timedelta(seconds=1)
        return just_before if created is None else min(instant(created), just_before)

    def _person(self, number: int, person: Mapping[str, Any], at: datetime) -> Iterator[tuple[datetime, Message]]:
        """In the order of the file, as an account's oldest person may be its contact."""
        who, own = person["id"], _without(person, "id", "account", "accounts")
        yield self._message(f"person-{number}", at, userId=who, type="identify", traits=own)
        for place, account in enumerate(self._cast.accounts_of(who)):
            name = f"person-{number}-in-{place}"
            yield self._message(name, at, userId=who, type="group", groupId=account, traits={})

    # ---- what happened ----

    def _happened(self, *, late: bool) -> Iterator[tuple[datetime, Message]]:
        for number, each in enumerate(self._test.happenings):
            if (each.known > each.at) is late and each.event not in self._milestones:
                said = self._said(each)
                where = self._cast.where(each)
                if where is not None and each.group is None:
                    said["context"] = {"groupId": where}
                _, message = self._message(f"event-{number}", each.at, userId=self._cast.by(each), **said)
                yield each.known, message

    def _said(self, each: Happening) -> dict[str, Any]:
        if each.group is not None:
            return {"type": "group", "groupId": self._cast.where(each), "traits": dict(each.group)}
        if each.identify is not None:
            return {"type": "identify", "traits": dict(each.identify)}
        return {"type": "track", "event": each.event, "properties": dict(each.props)}

    def _message(self, name: str, at: datetime, **said: Any) -> tuple[datetime, Message]:  # noqa: ANN401 - JSON
        document = {"messageId": name, "timestamp": at.isoformat(), **said}
        found = read(document, None, may_hold_nul=False)
        if isinstance(found, Refused):
            raise UntoldError(f"{name}: {found.reason}")
        return at, found

    def _reached(self, each: Happening, run: str) -> dict[str, Any]:
        about, by = self._milestones[str(each.event)], self._cast.by(each)
        own = self._cast.accounts_of(by)
        return {
            "account_id": self._cast.where(each) or (own[0] if own else None),
            "person_id": by if about == "person" else None,
            "name": f"firstwin.milestone.{each.event}",
            "props": {},
            "occurred_at": each.at,
            "received_at": each.known,
            "known_at": each.known,
            "run": run,
        }


def _without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}


def _taken(connection: Connection, messages: list[Message], received_at: datetime, zone: str, *, history: bool) -> None:
    ingest(connection, messages, received_at=received_at, history=history, zone=zone)


def _by_arrival(late: Iterator[tuple[datetime, Message]]) -> dict[datetime, list[Message]]:
    found: defaultdict[datetime, list[Message]] = defaultdict(list)
    for arrival, message in late:
        found[arrival].append(message)
    return dict(sorted(found.items()))
