"""Starts that are states becoming true."""

from __future__ import annotations

from collections.abc import Iterable
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
        if moment.is_first_look and not asked.rule.only_records:
            return self._first_look(connection, asked, moment)
        turned = episodes.turned(connection, asked, moment, everyone=everyone)
        ended = [t.subject for t in turned if t.since is not None]
        began = sorted(t.subject for t in turned if t.since is None)
        episodes.end(connection, asked, moment, ended)
        episodes.begin(connection, asked, moment, began)
        found = tuple(Found(subject, moment.now.isoformat(), moment.now) for subject in began)
        return Findings(found, _left(ended))

    def _first_look(self, connection: Connection, asked: Asked, moment: Moment) -> Findings:
        ended = episodes.note(connection, asked, moment)
        episodes.end(connection, asked, moment, ended)
        return Findings((), _left(ended))


def _left(subjects: Iterable[str]) -> tuple[Leaving, ...]:
    return tuple(Leaving(subject, "state_ended") for subject in subjects)
