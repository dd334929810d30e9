"""The digest that a subject would be on: the clock's next strike, tried out on a copy of the live run's memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, select, update

from firstwin.db import tables
from firstwin.db.engine import clock
from firstwin.db.runs import Run
from firstwin.decide.value import Planned
from firstwin.deliver.context import Background
from firstwin.deliver.desk import Desk
from firstwin.deliver.digests import listings
from firstwin.facts.timeline import properties
from firstwin.match.starts.clock import clock_start, places
from firstwin.match.strikes import strikes_of
from firstwin.match.value import Standing
from firstwin.outbox.claim import Leased
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.digests import Listed, look_through
from firstwin.outbox.judge import why_cancelled
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment, nobody
from firstwin.tick.rule import tick_within
from firstwin.tick.standing import AtTheWire
from firstwin.tick.sync import sync_rules
from firstwin.tools.explain.question import Question
from firstwin.tools.plan.copy import copy_of_live, next_slot
from firstwin.tools.plan.past import with_needed
from firstwin.tools.reasons import in_words

LONGEST: Final = timedelta(days=33)  # between two strikes


@dataclass(frozen=True)
class OnDigest:
    """``known`` is what the digest tells, None where nobody would be on it. ``why_not``: why the subject is not on it."""

    at: datetime
    known: Background | None
    why_not: str = ""


def on_digest(question: Question, desk: Desk, leased: Leased, planned: Planned) -> OnDigest:
    """As it would go out if nothing else happened until the clock strikes. Nothing of it is kept."""
    at = _next_strike(question)
    env = _as_live(question)
    needed = with_needed([question.rule], env)
    with copy_of_live(question.connection.engine, needed, ()) as (connection, live, now):
        run = replace(live, sends=True)
        _let_it_strike(connection, replace(env, rules=needed), run, now, at)
        found = _Copy(connection, env, desk, replace(run, virtual_from=at, real_from=clock(connection), rate=0))
        row = connection.execute(_digest_of(question.rule, leased, planned)).first()
        if row is None:
            return OnDigest(at, None, found.why_skipped(question))
        listed = found.listed(row)
        there = found.is_on(question, row, listed)
        return OnDigest(at, found.told(leased, listed), "" if there else found.why_skipped(question))


def _next_strike(question: Question) -> datetime:
    """In the zone of whom the clock goes by."""
    asked = question.asked
    found = strikes_of(
        clock_start(asked), places(question.connection, asked, question.moment()), question.now, question.now + LONGEST
    )
    return found.of(_place(question))[0].at


def _place(question: Question) -> str | None:
    by = {"csm": "csm", "UTC": ""}.get(clock_start(question.asked).zone, "timezone")
    kind = question.rule.about
    held = properties(question.connection, kind, [question.subject], question.now)[question.subject]
    place = held.get(by)
    return place if isinstance(place, str) else None


def _as_live(question: Question) -> Environment:
    """A rule in shadow, or one that holds a share out, shows what it would send to all; of feeds nobody knows the future."""
    rules = tuple(
        replace(rule, mode="live", hold_out=0) if rule.id == question.rule.id else rule for rule in question.env.rules
    )
    return replace(question.env, rules=rules, feeds=None, told=nobody, _asked={})


def _let_it_strike(connection: Connection, env: Environment, run: Run, now: datetime, at: datetime) -> None:
    """The worker's own ticks, now and at the strike, without what would hold everything back."""
    sync_rules(connection, run.id, env.rules, now)
    connection.execute(delete(tables.pause))
    connection.execute(update(tables.rule).values(tripped_at=at))
    soon = next_slot(connection, [rule.id for rule in env.rules], now, env.every)
    for slot in (soon, max(at, soon + env.every)):
        for rule in env.rules:
            while tick_within(connection, env, run, rule, slot).outcome == "done":
                pass


def _digest_of(rule: Rule, leased: Leased, planned: Planned) -> Select[Any]:
    d, digest = tables.delivery.c, tables.digest.c
    return (
        select(tables.delivery)
        .join(tables.digest, digest.delivery_id == d.id)
        .where(d.rule == rule.id, d.step == leased.step, d.template == leased.template)
        .where(d.destination == leased.destination, digest.receiver == planned.receiver)
        .order_by(d.due_at.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class _Copy:
    """What the ticks on the copy have left; ``run`` stands at the strike."""

    connection: Connection
    env: Environment
    desk: Desk
    run: Run

    def listed(self, row: Row[Any]) -> Listed:
        """With what shows how those stand who are told one by one, as at the wire."""
        found = look_through(self.connection, [row], self._ask, why_cancelled)[row.id]
        return found.shown(self._ask(row, found.told, evidence=True))

    def _ask(self, row: Row[Any], starts: Any, *, evidence: bool = False) -> Mapping[int, Standing]:  # noqa: ANN401 - ids
        wire = AtTheWire(self.env)
        return wire(
            self.connection, self.run.id, row.rule, row.step, list(starts), self.run.virtual_from, evidence=evidence
        )

    def is_on(self, question: Question, row: Row[Any], listed: Listed) -> bool:
        start, item = tables.start.c, tables.digest_item.c
        query = select(item.start_id).join(tables.start, start.id == item.start_id)
        its = self.connection.execute(query.where(item.delivery_id == row.id, start.subject == question.subject))
        return not {one.start_id for one in listed.items}.isdisjoint(its.scalars())

    def told(self, leased: Leased, listed: Listed) -> Background | None:
        if not listed.items:
            return None
        at = Clocks(self.run, self.run.real_from)
        return listings(self.connection, at, {leased: listed}, self.desk.tell)[leased.id]

    def why_skipped(self, question: Question) -> str:
        skip = tables.skip.c
        of_it = (skip.rule == question.rule.id, skip.subject == question.subject)
        row = self.connection.execute(select(skip.reason).where(*of_it).order_by(skip.last_at.desc())).first()
        return in_words(row.reason) if row else "its conditions do not hold"
