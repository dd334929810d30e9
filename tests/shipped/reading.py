"""Reads from the database what one rule did in one run, by account or person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from firstwin.db import tables
from firstwin.rules.terms import Rule
from tests.shipped.outcome import NO_START, WAITING, alert, mail, noted, reached, silent
from tests.shipped.timeline import address, said

delivery, nudge, skip, start, event = tables.delivery, tables.nudge, tables.skip, tables.start, tables.event
MILESTONE = "firstwin.milestone."

Outcomes = Mapping[str, list[str]]


def outcomes(connection: Connection, run: str, rule: Rule) -> Outcomes:
    """Those without any have no start, or one that waits."""
    found: dict[str, list[str]] = defaultdict(lambda: [NO_START])
    starts = list(connection.execute(select(start).where(start.c.run == run, start.c.rule == rule.id)))
    for row in starts:
        found[row.subject] = []
    for subject, outcome in (*_arrived(connection, run, rule), *_stopped(connection, run, rule, starts)):
        found[subject].append(outcome)
    for subject in {row.subject for row in starts if row.state == "open"}:
        found[subject] = found[subject] or [WAITING]
    return found


def told(connection: Connection, run: str, rule: str) -> Mapping[str, str]:
    """By the key of each message: whom its nudge is about."""
    return {row.key: row.subject for row in connection.execute(_deliveries(run, rule))}


def _deliveries(run: str, rule: str) -> Select[Any]:
    query = select(delivery, nudge.c.subject, nudge.c.decided_at).join(nudge, nudge.c.id == delivery.c.nudge_id)
    return query.where(delivery.c.run == run, delivery.c.rule == rule)


def _arrived(connection: Connection, run: str, rule: Rule) -> Iterator[tuple[str, str]]:
    for row in connection.execute(_deliveries(run, rule.id)):
        yield (
            row.subject,
            _sent(row) if row.state == "delivered" else silent(f"{row.state}: {row.reason}", said(row.due_at)),
        )
    names = [MILESTONE + milestone for milestone in rule.milestones]
    for row in connection.execute(select(event).where(event.c.run == run, event.c.name.in_(names))):
        yield row.account_id, reached(row.name.removeprefix(MILESTONE), said(row.occurred_at))


def _sent(row: Row[Any]) -> str:
    at = said(row.decided_at)
    if row.channel == "alert":
        return alert(row.template, at, to=row.destination)
    name = row.address.partition("@")[0]
    whose = name if row.address == address(name, row.subject) else row.address
    return mail(row.template, at, to=whose, step=row.step, kind=row._mapping["class"])


def _stopped(connection: Connection, run: str, rule: Rule, starts: list[Row[Any]]) -> Iterator[tuple[str, str]]:
    skips = list(connection.execute(select(skip).where(skip.c.run == run, skip.c.rule == rule.id)))
    for row in skips:
        gate = f"{row.reason}: {row.detail}" if row.reason == "gate_false" else row.reason
        yield row.subject, silent(gate, said(row.first_at), step=row.step)
    known = {(row.subject, row.start_key, row.reason) for row in skips}
    for row in starts:
        if row.reason and (row.subject, row.key, row.reason) not in known:
            yield row.subject, noted(row.reason, said(row.at))
