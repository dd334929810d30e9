"""Answers delivery's question at the wire: how do these starts stand now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from firstwin.match import gates
from firstwin.match.plan import Moment
from firstwin.match.seen import seen_by
from firstwin.match.value import Standing
from firstwin.tick.environment import Environment


@dataclass(frozen=True)
class AtTheWire:
    """Judges gates, goal and start again, in the transaction that takes a delivery to the wire."""

    env: Environment

    def __call__(
        self,
        connection: Connection,
        run: str,
        rule: str,
        step: str,
        starts: Sequence[int],
        now: datetime,
        /,
        *,
        evidence: bool,
    ) -> Mapping[int, Standing]:
        found = self.env.rule(rule)
        its_step = next((one for one in found.all_steps if one.name == step), None) if found is not None else None
        if found is None or its_step is None:
            return {}
        asked = self.env.asked(found, seen_by(connection, run))
        moment = Moment(run, now, zone=self.env.zone)
        return gates.standing(connection, asked, moment, its_step, starts, evidence=evidence)
