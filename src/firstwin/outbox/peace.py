"""Quiet hours at the wire: mails to customers wait until it is day where their recipients are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from firstwin.facts.past import ZONE
from firstwin.facts.subject import Kind
from firstwin.facts.timeline import properties, seen_by
from firstwin.match.calendar import zone_of
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.quiet import quiet_until
from firstwin.rules.quiet_hours import QuietHours

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
        zones = self._zones(connection, at, mails)
        ends = {row.id: quiet_until(self.hours, zones[row.id], at.now) for row in mails}
        return {id_: end for id_, end in ends.items() if end is not None}

    def _zones(self, connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> dict[int, ZoneInfo]:
        """The person's own, or else the account's, or else the project's."""
        people = _said(connection, "person", at, (row.person_id for row in rows))
        accounts = _said(connection, "account", at, (row.account_id for row in rows))
        default = zone_of(self.zone) or ZoneInfo("UTC")
        return {row.id: people.get(row.person_id) or accounts.get(row.account_id) or default for row in rows}


def _said(connection: Connection, kind: Kind, at: Clocks, ids: Iterable[str | None]) -> Mapping[str | None, ZoneInfo]:
    wanted = {id_ for id_ in ids if id_ is not None}
    found = properties(connection, kind, wanted, at.now, seen_by(at), (ZONE,))
    zones = {id_: zone_of(name) for id_, props in found.items() if isinstance(name := props.get(ZONE), str)}
    return {id_: zone for id_, zone in zones.items() if zone is not None}
