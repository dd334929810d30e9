"""Starts that are states becoming true."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Connection,
)

from firstwin.match import episodes
from firstwin.match.plan import Asked, Moment
from firstwin.match.starts.found import Findings, Found, Leaving


class StateBegan:
    """An episode opened at this slot. What is true at the first look is noted, and starts nothing."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, _earliest: datetime, /, everyone: bool
    ) -> Findings:
        turned = episodes.turned(connection, asked, moment, everyone=everyone)
        ended = [t.subject for t in turned if t.since is not None]
        began = [t.subject for t in turned if t.since is None]
        episodes.end(connection, asked, moment, ended)
        noted = moment.is_first_look and not asked.rule.only_records
        episodes.begin(connection, asked, moment, began, noted=noted)
        found = () if noted else tuple(Found(s, moment.now.isoformat(), moment.now) for s in sorted(began))
        return Findings(found, tuple(Leaving(s, "state_ended") for s in ended))
