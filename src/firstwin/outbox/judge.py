"""Whether a leased delivery may still go out: asked after the claim, and again at the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row

from firstwin.decide.silence import silences
from firstwin.decide.value import Reason
from firstwin.match.value import Standing
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.holds import holds
from firstwin.outbox.less_often import recipient, too_soon
from firstwin.outbox.rows import Change, change
from firstwin.outbox.states import By, State
from firstwin.outbox.suppressions import AddressHash, suppressed


class Gates(Protocol):
    """How the starts stand for a step of a rule at ``now``. A start that it leaves out belongs to a rule that is gone.

    With ``evidence`` also what shows it, for a message to tell.
    """

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
    ) -> Mapping[int, Standing]: ...


@dataclass(frozen=True)
class Verdict:
    """Why a delivery does not go out now, or never; ``values`` are further columns that change with it."""

    state: State
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """By id: why rows may not go out, and how the starts of those stand whose gates were asked."""

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    standings: dict[int, Standing] = field(default_factory=dict)


def judge(
    connection: Connection,
    at: Clocks,
    rows: Sequence[Row[Any]],
    gates: Gates,
    hashed: AddressHash,
    *,
    evidence: bool = False,
) -> Judged:
    """Which of the rows may not go out. What ends a delivery is asked before what only holds it."""
    if not rows:
        return Judged()
    verdicts = _expired(at, rows)
    classes = _classes(connection, hashed, _left(rows, verdicts))
    verdicts |= _suppressed(_left(rows, verdicts), classes)
    standings = _standings(connection, at, _left(rows, verdicts), gates, evidence=evidence)
    verdicts |= _cancelled(_left(rows, verdicts), standings)
    verdicts |= _held(connection, _left(rows, verdicts))
    # The last one asked: of two mails to the same person only the first may go, so that it had better be one that goes.
    soon = too_soon(connection, at, _left(rows, verdicts), classes)
    verdicts |= dict.fromkeys(sorted(soon), Verdict(State.SUPPRESSED, Reason.LESS_OFTEN))
    return Judged(verdicts, standings)


def _left(rows: Iterable[Row[Any]], verdicts: Mapping[int, Verdict]) -> list[Row[Any]]:
    return [row for row in rows if row.id not in verdicts]


def drop(connection: Connection, at: Clocks, rows: Iterable[Row[Any]], verdicts: Mapping[int, Verdict]) -> None:
    """Takes leased rows out of this worker's hands as their verdicts say."""
    change(connection, By.WORKER, [_dropped(row, verdicts[row.id], at) for row in rows if row.id in verdicts])


def _dropped(row: Row[Any], verdict: Verdict, at: Clocks) -> Change:
    settled_at = None if verdict.state is State.HELD else at.now
    values = {"reason": verdict.reason, "settled_at": settled_at, "due_at": row.due_at, "lease_until": None}
    return Change(row.id, row.fence, State.LEASED, verdict.state, values | dict(verdict.values))


def _expired(at: Clocks, rows: Iterable[Row[Any]]) -> dict[int, Verdict]:
    return {row.id: Verdict(State.EXPIRED, Reason.EXPIRED) for row in rows if row.expires_at < at.now}


def _classes(connection: Connection, hashed: AddressHash, rows: Sequence[Row[Any]]) -> Mapping[str, frozenset[str]]:
    """By the person and by the address: a message may have been planned before the one or for the other."""
    people = {row.person_id for row in rows if row.person_id is not None}
    addresses = {row.address for row in rows if row.address is not None}
    return suppressed(connection, hashed, people, addresses)


def _suppressed(rows: Iterable[Row[Any]], classes: Mapping[str, frozenset[str]]) -> dict[int, Verdict]:
    return {
        row.id: Verdict(State.SUPPRESSED, Reason.SUPPRESSED)
        for row in rows
        if any(silences(classes.get(who, ()), row.message_class) for who in recipient(row))
    }


def _standings(
    connection: Connection, at: Clocks, rows: Sequence[Row[Any]], gates: Gates, *, evidence: bool
) -> dict[int, Standing]:
    groups: defaultdict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.rule, row.step].append(row)
    standings: dict[int, Standing] = {}
    for (rule, step), group in groups.items():
        starts = sorted({row.start_id for row in group})
        found = gates(connection, at.run.id, rule, step, starts, at.now, evidence=evidence)
        standings |= {row.id: found[row.start_id] for row in group if row.start_id in found}
    return standings


def _cancelled(rows: Iterable[Row[Any]], standings: Mapping[int, Standing]) -> dict[int, Verdict]:
    reasons = {row.id: why_cancelled(standings.get(row.id)) for row in rows}
    return {id_: Verdict(State.CANCELLED, reason) for id_, reason in reasons.items() if reason is not None}


def why_cancelled(standing: Standing | None) -> str | None:
    """The first reason why a message is not wanted any more, in the order in which deciding asks."""
    match standing:
        case None:
            return Reason.RULE_GONE
        case Standing(exists=False):
            return Reason.SUBJECT_GONE
        case Standing(left=str(why)):
            return why
        case Standing(goal=True):
            return Reason.GOAL_MET
        case Standing(unless=True) | Standing(only_if=False):
            return Reason.GATE_FALSE
        case _:
            return None


def _held(connection: Connection, rows: Iterable[Row[Any]]) -> dict[int, Verdict]:
    found = holds(connection)
    reasons = {row.id: found.why(row.rule, row.destination) for row in rows}
    return {id_: Verdict(State.HELD, reason) for id_, reason in reasons.items() if reason is not None}
