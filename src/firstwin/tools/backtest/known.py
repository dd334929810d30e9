"""Whom the steps of a long stretch are about: read at its end, where nothing was told about them since their slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, select, union_all

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.db.types import EPOCH, Instant
from firstwin.decide.value import Policy, Subject
from firstwin.match.plan import Asked, Moment
from firstwin.match.value import Match
from firstwin.tick.environment import Environment
from firstwin.tick.policy import with_addresses
from firstwin.tick.subjects import addresses_in_data, sends_mail, subjects_for

BATCH: Final = 2000


class Due(NamedTuple):
    """A step that is due, and the slot at which it is decided."""

    match: Match
    now: datetime


@dataclass(frozen=True)
class Known:
    """Reads subjects as the worker does, but many slots at once. ``end`` is the end of the stretch."""

    connection: Connection
    env: Environment
    asked: Asked
    run: str
    end: datetime

    def of(self, due: Sequence[Due], policy: Policy) -> Iterator[tuple[Due, Subject, Policy]]:
        """Each with its subject at its slot, and the policy with the addresses that it may write to."""
        changed = self._last_changes(sorted({one.match.start.subject for one in due}))
        groups: dict[datetime, list[Due]] = defaultdict(list)
        for one in due:
            since = changed.get(one.match.start.subject, EPOCH)
            groups[self.end if since is not None and since <= one.now else one.now].append(one)
        for now, group in groups.items():
            for first in range(0, len(group), BATCH):
                yield from self._at(now, group[first : first + BATCH], policy)

    def _at(self, now: datetime, due: Sequence[Due], policy: Policy) -> Iterator[tuple[Due, Subject, Policy]]:
        pairs = [(one.match, True) for one in due]
        subjects = subjects_for(self.connection, self.env, self.asked, Moment(self.run, now), pairs)
        addresses = addresses_in_data(self.asked.rule, pairs, subjects)
        policy = with_addresses(self.connection, self.env, policy, addresses)
        for one in due:
            yield one, subjects[one.match.start.id], policy

    def _last_changes(self, ids: Sequence[str]) -> dict[str, datetime | None]:
        """When something was told of each, or of its people. None where that is not looked up: about people."""
        if self.asked.rule.only_records:
            return {}
        if self.asked.rule.about == "person":
            return dict.fromkeys(ids)
        query = _LAST_WITH_PEOPLE if sends_mail(self.asked.rule) else _LAST
        found: dict[str, datetime | None] = {}
        for first in range(0, len(ids), BATCH):
            rows = self.connection.execute(query, {"ids": ids[first : first + BATCH], "end": self.end})
            found |= {row.subject: row.last for row in rows}
        return found


event, member = tables.event.c, tables.member.c
END: ColumnElement[datetime] = bindparam("end", type_=Instant())


def _told(kind: str) -> tuple[ColumnElement[bool], ...]:
    """Facts about properties that are seen at the end. The bounds of the name are for the index."""
    name = event.name
    return (
        and_(
            name >= "firstwin", name < "firstwio", func.substr(name, 1, len(f"firstwin.{kind}.")) == f"firstwin.{kind}."
        ),
        event.known_at <= END,
        event.occurred_at <= END,
    )


def _last() -> dict[str, Select[Any]]:
    later = case((event.known_at > event.occurred_at, event.known_at), else_=event.occurred_at)
    seen_at = func.max(later, type_=Instant()).label("last")
    moved_at = case((and_(member.until.is_not(None), member.until <= END), member.until), else_=member.since)
    subject, whose = member.account_id.label("subject"), one_of(member.account_id, "ids")
    return {
        "own": select(event.account_id.label("subject"), seen_at)
        .where(one_of(event.account_id, "ids"), *_told("account"))
        .group_by(event.account_id),
        "moves": select(subject, func.max(moved_at, type_=Instant()).label("last"))
        .where(whose, member.since <= END)
        .group_by(member.account_id),
        "people": select(subject, seen_at)
        .select_from(tables.member.join(tables.event, event.person_id == member.person_id))
        .where(whose, *_told("person"))
        .group_by(member.account_id),
    }


_PARTS = _last()
_LAST = _PARTS["own"]
_ANY = union_all(*_PARTS.values()).subquery("any")
_LAST_WITH_PEOPLE = select(_ANY.c.subject, func.max(_ANY.c.last, type_=Instant()).label("last")).group_by(
    _ANY.c.subject
)
