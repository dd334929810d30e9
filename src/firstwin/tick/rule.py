"""One rule at one slot: match, decide, put in the outbox, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Executable, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT
from sqlalchemy.exc import OperationalError

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.db.engine import snapshot
from firstwin.db.runs import Run
from firstwin.db.types import EPOCH, Instant, db_now
from firstwin.match import memory, over
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import seen_by
from firstwin.match.starts.kinds import kind_of
from firstwin.rules.terms import BecomesStart, Rule, nudged_by, read_milestones
from firstwin.tick import nightly
from firstwin.tick.decisions import decide_due
from firstwin.tick.environment import Environment
from firstwin.tick.slots import is_beyond_making_up, slots_to_do

rule_row, tick = tables.rule, tables.tick


@dataclass(frozen=True)
class Ticked:
    """What a rule's tick did. ``waiting``: a rule whose milestone it reads has not done this slot yet.

    ``tripped``: why it was paused by itself. ``busy``: another worker has the rule; ``failed``: its error stands with the rule. ``missed`` counts what a full sweep found that ticks should have.
    """

    rule: str
    outcome: Literal["done", "nothing_due", "waiting", "busy", "failed"]
    slots: int = 0
    starts: int = 0
    nudges: int = 0
    skips: int = 0
    missed: int = 0
    tripped: str = ""


def tick_rule(
    engine: Engine, env: Environment, run: Run, rule: Rule, slot: datetime, *, everyone: bool = False
) -> Ticked:
    """Does every slot of the rule that is due up to ``slot``; ``everyone`` makes the last one a full sweep.

    A full sweep also looks when the slot itself is done already. Safe to call from many workers at once.
    """
    done, more = Ticked(rule.id, "nothing_due"), True
    while more:
        one, more = _next_slot(engine, env, run, rule, slot, everyone=everyone)
        if one.outcome == "done":
            done = _sum(done, one)
        elif one.outcome != "nothing_due":
            return replace(done, outcome=one.outcome)
    return done


def _sum(done: Ticked, one: Ticked) -> Ticked:
    return Ticked(
        done.rule,
        "done",
        done.slots + 1,
        done.starts + one.starts,
        done.nudges + one.nudges,
        done.skips + one.skips,
        done.missed + one.missed,
        one.tripped or done.tripped,
    )


def _next_slot(
    engine: Engine, env: Environment, run: Run, rule: Rule, slot: datetime, *, everyone: bool
) -> tuple[Ticked, bool]:
    """What the next slot did, and whether there are more."""
    try:
        with snapshot(engine) as connection:
            return _in_transaction(connection, env, run, rule, slot, everyone=everyone)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == SERIALIZATION_FAILURE:
            return Ticked(rule.id, "busy"), False  # another worker did the slot between our snapshot and our lock
        raise


SERIALIZATION_FAILURE = "40001"


def tick_within(connection: Connection, env: Environment, run: Run, rule: Rule, slot: datetime) -> Ticked:
    """One slot in a transaction that the caller has begun, for a run that nobody else works on."""
    return _in_transaction(connection, env, run, rule, slot, everyone=False)[0]


def _in_transaction(
    connection: Connection, env: Environment, run: Run, rule: Rule, slot: datetime, *, everyone: bool
) -> tuple[Ticked, bool]:
    row = _lock(connection, run, rule)
    if row is None:
        return Ticked(rule.id, "busy"), False
    to_do = [slot] if everyone else slots_to_do(rule, row.last_slot, slot, env.every)
    if not to_do:
        return Ticked(rule.id, "nothing_due"), False
    if not _recorders_are_done(connection, env, run, rule, to_do[0]):
        return Ticked(rule.id, "waiting"), False
    everyone = everyone or is_beyond_making_up(rule, row.last_slot, slot)
    return _do_slot(connection, env, run, rule, row, to_do[0], everyone=everyone), len(to_do) > 1


def _lock(connection: Connection, run: Run, rule: Rule) -> Row[Any] | None:
    parameters = {"run": run.id, "rule": rule.id, "version": rule.version}
    return connection.execute(_LOCKED, parameters).one_or_none()


_LOCKED = (
    select(rule_row)
    .where(rule_row.c.run == bindparam("run"), rule_row.c.id == bindparam("rule"))
    .where(rule_row.c.version == bindparam("version"))
    .with_for_update(skip_locked=True)
)


def _recorders_are_done(connection: Connection, env: Environment, run: Run, rule: Rule, slot: datetime) -> bool:
    """A rule goes after the same slot of every rule whose milestone it reads, and whose nudges start it."""
    wanted, nudging = read_milestones(rule), nudged_by(rule)
    before = {
        other.id
        for other in env.rules
        if other.id != rule.id and (other.id in nudging or wanted.intersection(other.milestones))
    }
    if not before:
        return True
    asked = {"run": run.id, "ids": sorted(before), "slot": slot}
    return set(connection.execute(_DONE, asked).scalars()) >= before


_DONE = select(rule_row.c.id).where(
    rule_row.c.run == bindparam("run"),
    one_of(rule_row.c.id, "ids"),
    rule_row.c.last_slot >= bindparam("slot", type_=Instant()),
)


def _do_slot(
    connection: Connection, env: Environment, run: Run, rule: Rule, row: Row[Any], slot: datetime, *, everyone: bool
) -> Ticked:
    began = perf_counter()
    seen = seen_by(connection, run.id)
    asked = env.asked(rule, seen)
    token, elsewhere = seen.look(connection, row.seen)
    moment = _moment(env, run, row, slot)
    edited = isinstance(rule.when, BecomesStart) and row.looked != rule.version
    if edited:
        moment = replace(moment, previous=None)
    earliest = earliest_of(rule, row.active_from)
    starts = _look(connection, asked, moment, earliest, everyone=everyone or elsewhere or row.looked != rule.version)
    missed = starts if everyone and not edited and row.last_slot is not None and slot <= row.last_slot else 0
    if nightly.is_due(run, row.last_slot, slot):
        missed = _look(connection, asked, moment, earliest, everyone=True)
        nightly.forget_old_ticks(connection, run, rule.id, slot)
    decided = decide_due(connection, env, run, asked, moment, row)
    ticked = Ticked(rule.id, "done", 1, starts + missed, decided.nudges, decided.skips, missed, decided.tripped)
    _write_down(connection, run, rule, slot, token, ticked, perf_counter() - began)
    return ticked


def _moment(env: Environment, run: Run, row: Row[Any], slot: datetime) -> Moment:
    if row.last_slot is None or row.seen is None:
        return Moment(run.id, slot, zone=env.zone, csm_zones=env.csm_zones)
    return Moment(run.id, slot, row.last_slot, row.seen, env.zone, env.csm_zones)


def earliest_of(rule: Rule, active_from: datetime) -> datetime:
    """From when on starts count. What a rule only records is true of old, too."""
    return EPOCH if rule.only_records else active_from - rule.backfill


def _look(connection: Connection, asked: Asked, moment: Moment, earliest: datetime, *, everyone: bool) -> int:
    if moment.is_first_look and asked.rule.backfill > timedelta(0) and isinstance(asked.rule.when, BecomesStart):
        moment = _look_back(connection, asked, moment)
        everyone = True
    findings = kind_of(asked).look(connection, asked, moment, earliest, everyone)
    memory.leave(connection, asked, moment, findings.left)
    over.follow(connection, asked, moment, findings.left)
    return memory.take(connection, asked, moment, findings.found)


def _look_back(connection: Connection, asked: Asked, moment: Moment) -> Moment:
    """With ``backfill`` a state counts that began since then: what was true at that time already is noted."""
    then = replace(moment, now=moment.now - asked.rule.backfill)
    kind_of(asked).look(connection, asked, then, then.now, True)
    return replace(moment, previous=then.now)


def _write_down(
    connection: Connection, run: Run, rule: Rule, slot: datetime, token: str, ticked: Ticked, seconds: float
) -> None:
    connection.execute(
        _ADVANCE, {"in_run": run.id, "of_rule": rule.id, "done_slot": slot, "token": token, "of_version": rule.version}
    )
    tick = {"run": run.id, "rule": rule.id, "slot": slot, "version": rule.version, "took_ms": round(seconds * 1000)}
    counts = {"starts": ticked.starts, "nudges": ticked.nudges, "skips": ticked.skips, "missed": ticked.missed}
    connection.execute(_NOTE_TICK, tick | counts)


_ADVANCE = (
    update(rule_row)
    .where(rule_row.c.run == bindparam("in_run"), rule_row.c.id == bindparam("of_rule"))
    .values(last_slot=bindparam("done_slot"), seen=bindparam("token"), looked=bindparam("of_version"), error=None)
)


def _note_tick() -> Executable:
    """A full sweep of a slot that was done already adds to what that slot did."""
    new = insert(tick).values(done_at=db_now())
    counts = {name: tick.c[name] + new.excluded[name] for name in ("starts", "nudges", "skips", "missed")}
    return new.on_conflict_do_update(index_elements=["run", "rule", "slot"], set_=counts)


_NOTE_TICK = _note_tick()


def tick_all(engine: Engine, env: Environment, run: Run, slot: datetime, *, everyone: bool = False) -> list[Ticked]:
    """Every rule in its order, recorders first."""
    return [tick_rule(engine, env, run, rule, slot, everyone=everyone) for rule in env.rules]
