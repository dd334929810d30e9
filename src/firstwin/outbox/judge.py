"""Whether a leased delivery may still go out: asked after the claim, and again at the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Row

from firstwin.decide.silence import silences
from firstwin.decide.value import Reason
from firstwin.match.value import Standing
from firstwin.outbox.breaker import Probe
from firstwin.outbox.caps import Capped
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.digests import CHANNEL, Listed, look_through
from firstwin.outbox.holds import holds
from firstwin.outbox.lately import recipient
from firstwin.outbox.less_often import too_soon
from firstwin.outbox.notices import NOTICE
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.rows import Change, change
from firstwin.outbox.states import WAITING, By, State
from firstwin.outbox.suppressions import AddressHash, suppressed

A_MINUTE: Final = timedelta(minutes=1)


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
    reason: str | None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """By id: why rows may not go out, how the starts of those stand whose gates were asked, and who is on digests."""

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    standings: dict[int, Standing] = field(default_factory=dict)
    digests: dict[int, Listed] = field(default_factory=dict)


def judge(
    connection: Connection,
    at: Clocks,
    rows: Sequence[Row[Any]],
    gates: Gates,
    hashed: AddressHash,
    *,
    restraint: Restraint,
    evidence: bool = False,
) -> Judged:
    """Which of the rows may not go out. What ends a delivery is asked before what only holds it."""
    if not rows:
        return Judged()
    verdicts = _expired(at, rows)
    classes = _classes(connection, hashed, _left(rows, verdicts))
    verdicts |= _suppressed(_left(rows, verdicts), classes)
    of_one = [row for row in _left(rows, verdicts) if row.channel != CHANNEL]
    standings = _standings(connection, at, of_one, gates, evidence=evidence)
    verdicts |= _cancelled(of_one, standings)
    digests = _digests(connection, at, _left(rows, verdicts), gates, evidence=evidence)
    verdicts |= _of_nobody(digests, is_written=not evidence)
    verdicts |= _held(connection, at, _left(rows, verdicts))
    verdicts |= _too_early(restraint.peace.ends(connection, at, _left(rows, verdicts)))
    # The last ones asked: of two mails to the same person only the first may go, so that it had better be one that goes.
    verdicts |= _too_many(at, restraint.frequency.judge(connection, at, _left(rows, verdicts)))
    soon = too_soon(connection, at, _left(rows, verdicts), classes)
    verdicts |= dict.fromkeys(sorted(soon), Verdict(State.SUPPRESSED, Reason.LESS_OFTEN))
    return Judged(verdicts, standings, digests)


def _left(rows: Sequence[Row[Any]], verdicts: Mapping[int, Verdict]) -> Sequence[Row[Any]]:
    return [row for row in rows if row.id not in verdicts] if verdicts else rows


def drop(connection: Connection, at: Clocks, rows: Iterable[Row[Any]], verdicts: Mapping[int, Verdict]) -> None:
    """Takes leased rows out of this worker's hands as their verdicts say."""
    change(connection, By.WORKER, [_dropped(row, verdicts[row.id], at) for row in rows if row.id in verdicts])


def _dropped(row: Row[Any], verdict: Verdict, at: Clocks) -> Change:
    settled_at = None if verdict.state in WAITING else at.now
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
    standings |= {row.id: Standing() for row in groups.pop((NOTICE, ""), ())}
    for (rule, step), group in groups.items():
        starts = sorted({row.start_id for row in group})
        found = gates(connection, at.run.id, rule, step, starts, at.now, evidence=evidence)
        standings |= {row.id: found[row.start_id] for row in group if row.start_id in found}
    return standings


def _digests(
    connection: Connection, at: Clocks, rows: Sequence[Row[Any]], gates: Gates, *, evidence: bool
) -> dict[int, Listed]:
    """Every subject of a digest is asked about; what shows it only of those who are told one by one."""

    def ask(row: Row[Any], starts: Sequence[int], *, evidence: bool = False) -> Mapping[int, Standing]:
        return gates(connection, at.run.id, row.rule, row.step, starts, at.now, evidence=evidence)

    of_many = {row.id: row for row in rows if row.channel == CHANNEL}
    found = look_through(connection, list(of_many.values()), ask, why_cancelled)
    if not evidence:
        return found
    shown = {id_: ask(of_many[id_], each.told, evidence=True) for id_, each in found.items() if each.items}
    return {id_: each.shown(shown.get(id_, {})) for id_, each in found.items()}


def _of_nobody(digests: Mapping[int, Listed], *, is_written: bool) -> dict[int, Verdict]:
    """One that has nobody left is over; one that has fewer than when it was written is written again."""
    over = Verdict(State.CANCELLED, Reason.NOBODY_LEFT)
    again = {id_: Verdict(State.SCHEDULED, None) for id_, each in digests.items() if is_written and each.changed}
    return again | {id_: over for id_, each in digests.items() if not each.items}


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


def _held(connection: Connection, at: Clocks, rows: Iterable[Row[Any]]) -> dict[int, Verdict]:
    """Where the other side asked for a rest meanwhile, they are given back: no claim takes them before it is over."""
    found = holds(connection)
    verdicts: dict[int, Verdict] = {}
    for row in rows:
        if reason := found.why(row.rule, row.destination, Probe(row.id, row.fence)):
            verdicts[row.id] = Verdict(State.HELD, reason)
        elif found.asks_to_wait(row.destination, at.real):
            verdicts[row.id] = Verdict(State.SCHEDULED, row.reason)
    return verdicts


def _too_early(ends: Mapping[int, datetime]) -> dict[int, Verdict]:
    """By delivery: until when its recipient is left in peace."""
    return {id_: Verdict(State.HELD, Reason.QUIET_HOURS, {"due_at": end}) for id_, end in ends.items()}


def _too_many(at: Clocks, found: Capped) -> dict[int, Verdict]:
    """One that lets another go first looks again in a minute: the other may not go after all."""
    wait = Verdict(State.HELD, Reason.OUTRANKED, {"due_at": at.now + A_MINUTE})
    return dict.fromkeys(found.over, Verdict(State.SUPPRESSED, Reason.CAPPED)) | dict.fromkeys(found.behind, wait)
