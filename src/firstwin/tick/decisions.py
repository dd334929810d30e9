"""The steps that are due at a slot: decided in order, then written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.db.runs import Run
from firstwin.decide.decide import decide
from firstwin.decide.value import NOTHING_YET, Decision, History, Hold, Nudge, Policy, Reason, Skip
from firstwin.match import gates, memory
from firstwin.match.evidence import evidence_of
from firstwin.match.plan import Asked, Moment
from firstwin.match.running import end_starts
from firstwin.match.value import Match
from firstwin.outbox.nudged import note_decided
from firstwin.outbox.put import put
from firstwin.outbox.skips import note_skips
from firstwin.rules.terms import OVER
from firstwin.rules.terms_clock import ClockStart
from firstwin.tick import breaker, held
from firstwin.tick.environment import Environment
from firstwin.tick.policy import policy_at, with_addresses
from firstwin.tick.records import record
from firstwin.tick.repeats import Repeats
from firstwin.tick.subjects import addresses_in_data, subjects_for

BATCH = 2000
nudge = tables.nudge


@dataclass(frozen=True)
class Decided:
    """``tripped`` is why the rule was paused for what it was about to do."""

    nudges: int = 0
    skips: int = 0
    tripped: str = ""


def decide_due(
    connection: Connection, env: Environment, run: Run, asked: Asked, moment: Moment, row: Row[Any]
) -> Decided:
    """Decides every step that is due at this moment. While the rule is paused its steps stay due.

    So do those whose feed is silent. ``row`` is the rule's own.
    """
    done, back = Decided(), held.look(connection, env, asked, moment, row)
    if not gates.is_any_due(connection, asked, moment):
        return done
    drawn_by = row.drawn_by or asked.rule.id
    policy = replace(policy_at(connection, env), silent=back.silent, held=back.told, drawn_by=drawn_by)
    while due := gates.due(connection, asked, moment, limit=BATCH, but=policy.silent):
        if policy.paused or asked.rule.id in policy.paused_rules:
            if row.tripped_at is not None:
                breaker.stays_paused(connection, run, asked.rule, moment.now)
            break
        decisions = _decide(connection, env, asked, moment, due, policy, row.active_from)
        if why := breaker.trip(connection, run, asked.rule, row, decisions, moment.now):
            return replace(done, tripped=why)
        _write(connection, env, run, asked, moment, decisions)
        done = Decided(
            done.nudges + sum(isinstance(decision, Nudge) for decision in decisions),
            done.skips + sum(isinstance(decision, Skip) for decision in decisions),
        )
        if len(due) < BATCH or all(isinstance(decision, Hold) for decision in decisions):
            break
    return done


# ---- one by one, in the order of the starts -------------------------------------------------------------------------


@dataclass
class _Past:
    """What this rule has done for the subjects at hand; grows as the slot is decided."""

    own: dict[int, set[str]] = field(default_factory=dict)
    newest: dict[tuple[str, str], dict[int, datetime]] = field(default_factory=dict)

    def of(self, match: Match) -> History:
        others = self.newest.get((match.start.subject, match.start.per))
        if others is None:
            return NOTHING_YET
        last = max((at for start, at in others.items() if start != match.start.id), default=None)
        return History(frozenset(self.own.get(match.start.id, ())), last)

    def add(self, start: int, subject: str, per: str, step: str, at: datetime) -> None:
        self.own.setdefault(start, set()).add(step)
        starts = self.newest.setdefault((subject, per), {})
        starts[start] = max(at, starts.get(start, at))


def _decide(
    connection: Connection, env: Environment, asked: Asked, moment: Moment, due: Sequence[tuple[Match, bool]],
    policy: Policy, active_from: datetime,
) -> list[Decision]:  # fmt: skip
    past = _past(connection, asked, moment, due)
    subjects = subjects_for(connection, env, asked, moment, due)
    policy = with_addresses(connection, env, policy, addresses_in_data(asked.rule, due, subjects))
    repeats = Repeats(connection, asked, moment, due)
    ended: set[int] = set()
    decisions: list[Decision] = []
    for match, _ in due:
        if match.start.id in ended:
            continue
        decision = (
            too_late(match, env, active_from)
            or repeats.overtaken(match)
            or decide(match, subjects[match.start.id], past.of(match), policy, moment.now)
        )
        decisions.append(decision)
        if isinstance(decision, Nudge) and match.step.name != OVER:
            past.add(match.start.id, match.start.subject, match.start.per, match.step.name, moment.now)
        elif isinstance(decision, Skip) and decision.ends_start:
            ended.add(match.start.id)
    return decisions


def decided_of_due(
    connection: Connection, env: Environment, asked: Asked, moment: Moment, active_from: datetime,
    silent: Mapping[str, str] | None = None,
) -> list[Decision]:  # fmt: skip
    """What would be decided of the steps that are due at this moment, with these feeds ``silent``. Nothing is written."""
    due = gates.due(connection, asked, moment, limit=BATCH)
    if not due:
        return []
    policy = replace(policy_at(connection, env), silent=silent or {})
    return _decide(connection, env, asked, moment, due, policy, active_from)


def too_late(match: Match, env: Environment, active_from: datetime) -> Skip | None:
    """A step whose time had long gone when its start was found; what a backfill takes up is late on purpose."""
    is_backfill = match.start.at < active_from
    if match.due_at + env.grace >= match.start.seen_at or is_backfill or match.rule.only_records:
        return None
    if isinstance(match.rule.when, ClockStart):  # no fact had to come first; that it is late shows by its expiry
        return None
    return Skip(match, Reason.TOO_LATE, f"due at {match.due_at:%Y-%m-%d %H:%M} UTC, known since the start was found")


def _past(connection: Connection, asked: Asked, moment: Moment, due: Sequence[tuple[Match, bool]]) -> _Past:
    past = _Past()
    if asked.rule.again.kind == "every time":
        return past
    subjects = list({match.start.subject for match, _ in due})
    rule = asked.rule
    rows = connection.execute(_PAST, {"run": moment.run, "rule": rule.id, "mode": rule.mode, "subjects": subjects})
    for row in rows:
        past.add(row.start_id, row.subject, row.per, row.step, row.at)
    return past


_PAST = (
    select(nudge.c.start_id, nudge.c.subject, nudge.c.per, nudge.c.step, func.max(nudge.c.decided_at).label("at"))
    .where(nudge.c.run == bindparam("run"), nudge.c.rule == bindparam("rule"), nudge.c.mode == bindparam("mode"))
    .where(one_of(nudge.c.subject, "subjects"), nudge.c.step != OVER)  # the end of a state belongs to its beginning
    .group_by(nudge.c.start_id, nudge.c.subject, nudge.c.per, nudge.c.step)
)


# ---- and then written together --------------------------------------------------------------------------------------


def _write(
    connection: Connection, env: Environment, run: Run, asked: Asked, moment: Moment, decisions: Sequence[Decision]
) -> None:
    nudges = _with_evidence(connection, asked, moment, [d for d in decisions if isinstance(d, Nudge)])
    skips = [decision for decision in decisions if isinstance(decision, Skip)]
    stored = put(connection, run, nudges, moment.now)
    if not run.sends:
        note_decided(connection, run, stored.new, moment.now)
    env.told(moment.now, decisions)
    note_skips(connection, run, skips, moment.now)
    record(connection, asked, moment, nudges)
    memory.settle_steps(connection, [*_became(nudges, "done"), *_became(skips, "skipped")])
    _end(connection, skips)
    decided = {one.match.start.id for one in decisions if not isinstance(one, Hold)}
    once = {one.match.start.id for one in nudges} if asked.rule.again.kind == "never" else set()
    memory.finish(connection, sorted(decided), never_again=sorted(once))


def _with_evidence(connection: Connection, asked: Asked, moment: Moment, nudges: Sequence[Nudge]) -> list[Nudge]:
    shown = {}
    for step in asked.rule.all_steps:
        ids = [nudge.match.start.id for nudge in nudges if nudge.match.step.name == step.name]
        for start, clauses in evidence_of(connection, asked, moment, step, ids).items():
            shown[start, step.name] = clauses
    return [
        one._replace(match=one.match._replace(evidence=shown.get((one.match.start.id, one.match.step.name), ())))
        for one in nudges
    ]


def _became(decisions: Iterable[Nudge] | Iterable[Skip], state: str) -> list[tuple[str, str, int]]:
    return [(state, decision.match.step.name, decision.match.start.id) for decision in decisions]


def _end(connection: Connection, skips: Sequence[Skip]) -> None:
    by_reason: dict[str, list[int]] = {}
    for skip in skips:
        if skip.ends_start:
            by_reason.setdefault(skip.reason.value, []).append(skip.match.start.id)
    for reason, ids in by_reason.items():
        end_starts(connection, ids, reason)
