"""Quiet hours at the wire: mails to customers wait until it is day where their recipients are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row

from firstwin.facts.past import ZONE
from firstwin.facts.subject import Kind
from firstwin.facts.timeline import properties, seen_by
from firstwin.match.calendar import zone_of
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.quiet import quiet_until
from firstwin.rules.quiet_hours import QuietHours

Seen = ColumnElement[bool] | None
Who = tuple[str | None, str | None]  # a person and the account, as far as they are known
AT_ANY_TIME = "service"  # the class of mails that somebody waits for


@dataclass(frozen=True)
class Peace:
    """The project's quiet hours, if it has some, and its time zone."""

    hours: QuietHours | None = None
    zone: str = "UTC"

    def ends(self, connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> dict[int, datetime]:
        """By delivery: when the quiet hours of its recipient end. Those that may go now are left out."""
        mails = [row for row in rows if row.channel == "email" and row.message_class != AT_ANY_TIME]
        if self.hours is None or not mails:
            return {}
        zones = self.zones(connection, at.now, seen_by(at), [_who(row) for row in mails])
        ends = {row.id: self.until(zones[_who(row)], at.now) for row in mails}
        return {id_: end for id_, end in ends.items() if end is not None}

    def until(self, zone: ZoneInfo, at: datetime) -> datetime | None:
        """When somebody there is written to again, None where they may be at once."""
        return None if self.hours is None else quiet_until(self.hours, zone, at)

    def zones(self, connection: Connection, now: datetime, seen: Seen, whom: Iterable[Who]) -> dict[Who, ZoneInfo]:
        """The person's own, or else the account's, or else the project's."""
        who = list(whom)
        people = _said(connection, "person", now, seen, (person for person, _ in who))
        accounts = _said(connection, "account", now, seen, (account for _, account in who))
        default = zone_of(self.zone) or ZoneInfo("UTC")
        return {each: people.get(each[0]) or accounts.get(each[1]) or default for each in who}


def _who(row: Row[Any]) -> Who:
    return row.person_id, row.account_id


def _said(
    connection: Connection, kind: Kind, now: datetime, seen: Seen, ids: Iterable[str | None]
) -> Mapping[str | None, ZoneInfo]:
    wanted = {id_ for id_ in ids if id_ is not None}
    found = properties(connection, kind, wanted, now, seen, (ZONE,))
    zones = {id_: zone_of(name) for id_, props in found.items() if isinstance(name := props.get(ZONE), str)}
    return {id_: zone for id_, zone in zones.items() if zone is not None}
