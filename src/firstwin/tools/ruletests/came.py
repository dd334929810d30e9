"""What came of a test, read from the run that it was played in: messages, records, and what stayed out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, literal_column, select

from firstwin.db import tables
from firstwin.decide.value import Reason
from firstwin.match.scope import is_waiting
from firstwin.messages.error import RenderError
from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.digests import CHANNEL as DIGEST
from firstwin.outbox.states import State
from firstwin.rules.terms import Rule
from firstwin.tools.ruletests.play import MILESTONE, RUN, Played
from firstwin.tools.ruletests.post import Box

delivery, nudge, skip, start, event = tables.delivery, tables.nudge, tables.skip, tables.start, tables.event
NOTHING = "nothing"
NO_START, NOT_DUE = "no_start", "not_due"


@dataclass(frozen=True)
class Outcome:
    """A message, a record, or what stayed out: then ``name`` is the reason. ``to`` is all that its receiver is called."""

    rule: str
    step: str
    subject: str
    kind: str
    name: str
    at: datetime | None = None
    account: str | None = None
    person: str | None = None
    to: tuple[str, ...] = ()
    why: str = ""
    text: str = ""
    start: int | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    error: RenderError | None = None

    @property
    def is_silent(self) -> bool:
        return self.kind == NOTHING


@dataclass(frozen=True)
class Came:
    """The outcomes in the order of their times; ``errors`` are templates that could not be rendered."""

    outcomes: tuple[Outcome, ...] = ()
    errors: tuple[RenderError, ...] = field(default=())

    @property
    def sent(self) -> list[Outcome]:
        return [one for one in self.outcomes if not one.is_silent]

    @property
    def silent(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.is_silent]


def came(connection: Connection, played: Played) -> Came:
    """For each rule of the test: if nothing was sent and nothing stayed out, that it never began."""
    found = [one for rule in played.rules for one in _of_rule(connection, played, rule)]
    errors = {str(error): error for error in played.box.errors.values()}
    return Came(tuple(sorted(found, key=_by_time)), tuple(errors.values()))


def _by_time(one: Outcome) -> tuple[bool, datetime | None, str, str, tuple[str, ...]]:
    return one.at is None, one.at, one.rule, one.step, one.to


def _of_rule(connection: Connection, played: Played, rule: Rule) -> list[Outcome]:
    asked = {"run": RUN, "rule": rule.id}
    found = [_message(row, rule, played.box) for row in connection.execute(_DELIVERIES, asked)]
    found += _records(connection, rule)
    starts = connection.execute(_STARTS, asked).all()
    found += _skipped(connection, rule, starts)
    found += [_silent(rule, row, NOT_DUE, row.due_at, row.step) for row in connection.execute(_WAITING, asked)]
    if not found:
        found += [_silent(rule, row, Reason.BEFORE_RULE, row.since) for row in connection.execute(_NOTED, asked)]
    return found or [Outcome(rule.id, "", "", NOTHING, NO_START)]


_WAITS = ("run", "rule")
_DELIVERIES = (
    select(
        delivery, nudge.c.subject, nudge.c.subject_kind, nudge.c.evidence, nudge.c.decided_at,
    )
    .join(nudge, nudge.c.id == delivery.c.nudge_id)
    .where(delivery.c.run == bindparam("run"), delivery.c.rule == bindparam("rule"))
    .order_by(delivery.c.id)
)  # fmt: skip
_STARTS = select(start).where(start.c.run == bindparam("run"), start.c.rule == bindparam("rule")).order_by(start.c.id)
_SKIPS = select(skip).where(skip.c.run == bindparam("run"), skip.c.rule == bindparam("rule"))
_WAITING = (
    select(tables.step_due, start.c.subject, start.c.id)
    .join(start, start.c.id == tables.step_due.c.start_id)
    .where(tables.step_due.c.run == bindparam("run"), tables.step_due.c.rule == bindparam("rule"))
    .where(is_waiting(tables.step_due))
)
_DROPPED = (
    select(tables.step_due)
    .where(tables.step_due.c.run == bindparam("run"), tables.step_due.c.rule == bindparam("rule"))
    .where(tables.step_due.c.state == literal_column("'dropped'"))
    .order_by(tables.step_due.c.due_at)
)
_NOTED = select(tables.episode).where(
    tables.episode.c.run == bindparam("run"), tables.episode.c.rule == bindparam("rule"), tables.episode.c.noted
)
_RECORDS = select(event).where(event.c.run == bindparam("run"), event.c.name.in_(bindparam("names", expanding=True)))


def _message(row: Row[Any], rule: Rule, box: Box) -> Outcome:
    at, message = box.messages.get(row.key, (row.settled_at or row.decided_at, None))
    is_out = row.state == State.DELIVERED.value
    receiver = (row.address, row.person_id) if row.address else (row.destination,)
    subject = "" if row.channel == DIGEST else row.subject  # it is about many
    return Outcome(
        rule.id,
        row.step,
        subject,
        row.channel if is_out else NOTHING,
        row.template if is_out else row.reason or row.state,
        at,
        row.account_id,
        row.person_id or (subject if subject and rule.about == "person" else None),
        tuple(filter(None, receiver)),
        box.why.get(row.id, ""),
        _text(message),
        row.start_id,
        tuple(row.evidence) if subject else (),
        box.errors.get(row.key),
    )


def _text(message: Message | None) -> str:
    """All that its receiver reads."""
    match message:
        case Mail():
            return f"{message.subject}\n{message.preheader}\n{message.text}"
        case AlertCard():
            fields = (f"{name}: {value}" for name, value in message.fields)
            return "\n".join((message.title, message.body, message.why, message.next_step, *fields))
        case Payload():
            return f"{message.type}\n{dict(message.data)}"
        case None:
            return ""


def _records(connection: Connection, rule: Rule) -> Iterator[Outcome]:
    """Those that the rule itself wrote, and not those that the test says happened."""
    names = {MILESTONE + milestone for milestone in rule.milestones}
    own = f"firstwin:{RUN}:{rule.id}:"
    for row in connection.execute(_RECORDS, {"run": RUN, "names": sorted(names)}):
        if (row.id or "").startswith(own):
            subject = row.account_id if rule.about == "account" else row.person_id
            milestone = row.name.removeprefix(MILESTONE)
            step = next(s.name for s in rule.steps if any(getattr(a, "milestone", "") == milestone for a in s.actions))
            yield Outcome(rule.id, step, subject, "record", milestone, row.known_at, row.account_id, row.person_id)


def _skipped(connection: Connection, rule: Rule, starts: Any) -> Iterator[Outcome]:  # noqa: ANN401 - rows
    by_key = {(row.subject, row.key): row.id for row in starts}
    told: set[tuple[str, str]] = set()
    for row in connection.execute(_SKIPS, {"run": RUN, "rule": rule.id}):
        told.add((row.subject, row.start_key))
        yield _silent(
            rule, row, row.reason, row.first_at, row.step, row.detail or "", by_key.get((row.subject, row.start_key))
        )
    dropped = _dropped_steps(connection, rule)
    for row in starts:
        if row.reason and (row.subject, row.key) not in told:
            yield from _never_done(rule, row, dropped.get(row.id, ()))


def _dropped_steps(connection: Connection, rule: Rule) -> dict[int, list[Row[Any]]]:
    """For each start that ended, the steps that were still to come."""
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(_DROPPED, {"run": RUN, "rule": rule.id}):
        found.setdefault(row.start_id, []).append(row)
    return found


def _never_done(rule: Rule, row: Row[Any], dropped: Sequence[Row[Any]]) -> Iterator[Outcome]:
    """What a start did not do: the steps that it took along, or all of it where it never came to have any."""
    if not dropped:
        yield _silent(rule, row, row.reason, None if row.state == "left" else row.at)
    for step in dropped:
        yield _silent(rule, row, row.reason, step.due_at, step.step)


def _silent(
    rule: Rule, row: Row[Any], reason: str, at: datetime | None, step: str = "", detail: str = "", of: int | None = None
) -> Outcome:
    account, person = (row.subject, None) if rule.about == "account" else (None, row.subject)
    return Outcome(
        rule.id, step, row.subject, NOTHING, str(reason), at, account, person,
        why=detail, start=of or getattr(row, "start_id", None) or getattr(row, "id", None),
    )  # fmt: skip
