"""Brings the rules that a run knows in line with the rule files: new ones, edited ones, those taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, literal, select, true, update

from firstwin.db import tables
from firstwin.db.engine import alone
from firstwin.db.types import shift
from firstwin.decide.value import Reason
from firstwin.rules.remembered import meaning_of
from firstwin.rules.terms import NUDGED, Rule

rule_row, start, step_due, event = tables.rule, tables.start, tables.step_due, tables.event
GONE = Reason.RULE_GONE.value


def sync_rules(connection: Connection, run: str, rules: Sequence[Rule], now: datetime) -> None:
    """A rule that is new, or back again, counts from ``now``; an edited one keeps its starts and their clocks."""
    alone(connection, "sync")  # every worker sees the same new files at the same moment
    known = {row.id: row.version for row in connection.execute(_KNOWN, {"run": run})}
    _store_versions(connection, rules, now)
    for rule in rules:
        if rule.was is not None and rule.was in known and rule.id not in known:
            _rename(connection, run, rule.was, rule.id)
            known[rule.id] = known.pop(rule.was)
        if rule.id not in known:
            _begin(connection, run, rule, now)
        elif known[rule.id] != rule.version:
            _edit(connection, run, rule, now)
    gone = known.keys() - {rule.id for rule in rules}
    if gone:
        _leave(connection, run, sorted(gone))
        connection.execute(delete(rule_row).where(rule_row.c.run == run, rule_row.c.id.in_(gone)))


_KNOWN = select(rule_row.c.id, rule_row.c.version).where(rule_row.c.run == bindparam("run"))


def _store_versions(connection: Connection, rules: Iterable[Rule], now: datetime) -> None:
    version = tables.rule_version
    stored: dict[str, bool] = dict(connection.execute(_STORED).all())
    rows = {
        rule.version: {"hash": rule.version, "rule": rule.id, "source": rule.source, "stored_at": now}
        | {"meaning": meaning_of(rule)}
        for rule in rules
        if rule.version not in stored
    }
    if rows:
        connection.execute(insert(version), list(rows.values()))
    for rule in rules:
        if not stored.get(rule.version, True):
            _complete(connection, rule)


_STORED = select(tables.rule_version.c.hash, tables.rule_version.c.meaning.is_not(None))


def _complete(connection: Connection, rule: Rule) -> None:
    """A version that was stored before its meaning was kept."""
    version = tables.rule_version
    connection.execute(update(version).where(version.c.hash == rule.version).values(meaning=meaning_of(rule)))


def _begin(connection: Connection, run: str, rule: Rule, now: datetime) -> None:
    """A rule that was there before begins anew, with those of its starts that are not from before it."""
    new = {"run": run, "id": rule.id, "version": rule.version, "active_from": now}
    connection.execute(_NEW, new)
    if connection.execute(_HAS_STARTS, {"run": run, "rule": rule.id}).first() is not None:
        _leave(connection, run, [rule.id])
        _take_up(connection, run, rule, now - rule.backfill, now)


_NEW = insert(rule_row)
_HAS_STARTS = select(start.c.id).where(start.c.run == bindparam("run"), start.c.rule == bindparam("rule")).limit(1)


def _leave(connection: Connection, run: str, rules: Sequence[str]) -> None:
    """What was running when a rule was taken away: should it come back, nobody is to get what was due in between."""
    of_rules = (start.c.run == run, start.c.rule.in_(rules), start.c.state == "open")
    connection.execute(update(start).where(*of_rules).values(state="left", reason=GONE))
    waiting = (step_due.c.run == run, step_due.c.rule.in_(rules), step_due.c.state == "waiting")
    connection.execute(update(step_due).where(*waiting).values(state="dropped"))


def _take_up(connection: Connection, run: str, rule: Rule, earliest: datetime, now: datetime) -> None:
    """Starts that were left with the rule and lie after its new beginning: dates that are still to come, and a backfill."""
    left = and_(start.c.run == run, start.c.rule == rule.id, start.c.state == "left", start.c.reason == GONE)
    again = select(start.c.id).where(left, start.c.at >= earliest)
    steps = update(step_due).where(step_due.c.start_id.in_(again), step_due.c.state == "dropped")
    connection.execute(steps.values(state="waiting"))
    connection.execute(update(start).where(left, start.c.at >= earliest).values(state="open", reason=None))
    _drop_steps(connection, run, rule)
    for step in rule.steps:
        _add_step(connection, run, rule, step.name, now)


def _rename(connection: Connection, run: str, old: str, new: str) -> None:
    """A rule with another name is still the same rule: whom it has nudged, it does not nudge again."""
    for table in (start, step_due, tables.episode, tables.nudge, tables.skip, tables.tick, tables.delivery):
        connection.execute(update(table).where(table.c.run == run, table.c.rule == old).values(rule=new))
    first = func.coalesce(rule_row.c.drawn_by, rule_row.c.id)
    connection.execute(
        update(rule_row).where(rule_row.c.run == run, rule_row.c.id == old).values(id=new, drawn_by=first)
    )
    nudged = (event.c.run == run, event.c.name == NUDGED + old)
    connection.execute(update(event).where(*nudged).values(name=NUDGED + new))


def _edit(connection: Connection, run: str, rule: Rule, now: datetime) -> None:
    connection.execute(
        update(rule_row).where(rule_row.c.run == run, rule_row.c.id == rule.id).values(version=rule.version)
    )
    for step in rule.steps:
        if step.was is not None:
            _rename_step(connection, run, rule.id, step.was, step.name)
    _drop_steps(connection, run, rule)
    for step in rule.steps:
        _add_step(connection, run, rule, step.name, now)


def _rename_step(connection: Connection, run: str, rule: str, old: str, new: str) -> None:
    """A step with another name is still the same step: what it has nudged, and when it is due, is its own.

    Where the new name has a row of its own already, the old one is left to the past.
    """
    for table, names in _OF_STEPS.items():
        other = table.alias()
        same = (other.c[name] == table.c[name] for name in ("run", "rule", *names))
        taken = select(other.c.step).where(*same, other.c.step == new).exists()
        whose = (table.c.run == run, table.c.rule == rule, table.c.step == old)
        connection.execute(update(table).where(*whose, ~taken if names else true()).values(step=new))


_OF_STEPS: Mapping[Table, tuple[str, ...]] = {  # and what else tells their rows apart
    step_due: ("start_id",),
    tables.nudge: ("start_id",),
    tables.skip: ("subject", "start_key", "reason"),
    tables.delivery: (),
}


def _drop_steps(connection: Connection, run: str, rule: Rule) -> None:
    connection.execute(
        update(step_due)
        .where(step_due.c.run == run, step_due.c.rule == rule.id)
        .where(step_due.c.state.in_(["waiting", "dropped"]))
        .where(step_due.c.step.not_in([step.name for step in rule.all_steps]))
        .values(state="skipped")
    )


def _add_step(connection: Connection, run: str, rule: Rule, name: str, now: datetime) -> None:
    """A step that is new in the file is due for the running starts too, unless its time was over before the edit."""
    wait = next(step.wait for step in rule.steps if step.name == name)
    there = select(step_due.c.start_id).where(step_due.c.start_id == start.c.id, step_due.c.step == name).exists()
    running = and_(start.c.run == run, start.c.rule == rule.id, start.c.state == "open")
    due_at = shift(start.c.at, wait)
    missing = select(start.c.id, literal(name), start.c.run, start.c.rule, due_at, literal("waiting")).where(
        running, due_at >= now, ~there
    )
    connection.execute(insert(step_due).from_select(["start_id", "step", "run", "rule", "due_at", "state"], missing))
    connection.execute(update(start).where(running, there, start.c.ends_at < due_at).values(ends_at=due_at))
