"""What must hold of deliveries whatever happened: each a sentence, and a query for the rows that break it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select

from firstwin.db.bulk import microseconds_of, one_of
from firstwin.db.tables import (
    attempt,
    delivery,
    destination,
    digest_item,
    nudge,
    person,
    replay,
    run,
    skip,
    suppression,
)
from firstwin.db.types import Instant
from firstwin.decide.silence import EVERYTHING, SERVICE, UNLESS_SERVICE
from firstwin.outbox.rows import IS_TAKEN, state_in
from firstwin.outbox.schedule import WAITS, least_wait
from firstwin.outbox.states import ENDED, State

HELD_FOR: Final = timedelta(seconds=120)  # a delivery is held by nobody for longer than this after its worker died
RACE: Final = timedelta(minutes=1)  # a message may have been on its way when somebody asked for no more

Row = Literal["delivery", "nudge", "attempt"]
d, a, n = delivery.c, attempt.c, nudge.c
later = attempt.alias("later")


@dataclass(frozen=True)
class Invariant:
    """``breaks`` selects the ids of those rows of the table ``of`` of which ``says`` is not true; it may ask for ``now``."""

    id: str
    says: str
    of: Row
    breaks: Select[Any]


def _attempts(*which: ColumnElement[bool]) -> ColumnElement[int]:
    """How many attempts of the delivery are of this kind."""
    return select(func.count()).where(a.delivery_id == d.id, *which).correlate(delivery).scalar_subquery()


def _by_channel(values: Mapping[str, int]) -> ColumnElement[int]:
    return case(values, value=d.channel, else_=0)


_IS_OVER = state_in(sorted(ENDED))
_ACCEPTED = a.outcome == "accepted"
_OPEN = a.ended_at.is_(None)
_OF_THIS_LEASE = and_(a.delivery_id == d.id, a.fence == d.fence)

DELIVERIES: Final = (
    Invariant(
        "known_state", "Every delivery is in a state that there is.", "delivery",
        select(d.id).where(~state_in(list(State))),
    ),
    Invariant(
        "accepted_once", "A delivered message was accepted once, by its newest attempt.", "delivery",
        select(d.id).where(d.state == State.DELIVERED.value)
        .where(or_(_attempts(_ACCEPTED) != 1, _attempts(_ACCEPTED, a.fence == d.fence) != 1)),
    ),
    Invariant(
        "accepted_is_delivered", "What was accepted is delivered.", "delivery",
        select(d.id).where(d.state != State.DELIVERED.value, _attempts(_ACCEPTED) > 0),
    ),
    Invariant(
        "sent_is_written_down", "What is on the wire has its attempt, begun and not ended.", "delivery",
        select(d.id).where(d.state == State.SENDING.value, ~exists().where(_OF_THIS_LEASE, _OPEN)),
    ),
    Invariant(
        "settled", "What has ended says when; what has not does not.", "delivery",
        select(d.id).where(case((_IS_OVER, d.settled_at.is_(None)), else_=d.settled_at.is_not(None))),
    ),
    Invariant(
        "leased", "What a worker holds says who and until when; what nobody holds does not.", "delivery",
        select(d.id).where(
            case((IS_TAKEN, or_(d.lease_until.is_(None), d.leased_by.is_(None))), else_=d.lease_until.is_not(None))
        ),
    ),
    Invariant(
        "held_by_nobody_dead", f"Nothing is held for more than {HELD_FOR.seconds} s by a worker that is gone.", "delivery",
        select(d.id).where(IS_TAKEN, d.lease_until < bindparam("long_over", type_=Instant())),
    ),
    Invariant(
        "one_probe", "While a destination is tried out after failures, nothing goes there but that one message.", "delivery",
        select(d.id).join(destination, destination.c.name == d.destination).join(attempt, _OF_THIS_LEASE)
        .where(d.state == State.SENDING.value, destination.c.breaker == "half_open")
        .where(or_(d.id != destination.c.probe_delivery, d.fence != destination.c.probe_fence))
        .where(a.began_at > destination.c.breaker_since),
    ),
    Invariant(
        "held_says_why", "What is held says why.", "delivery",
        select(d.id).where(d.state == State.HELD.value, d.reason.is_(None)),
    ),
    Invariant(
        "attempts_as_scheduled", "Nothing was tried more often than its channel's schedule has attempts.", "delivery",
        select(d.id).where(d.attempts > _by_channel({channel: len(waits) for channel, waits in WAITS.items()})),
    ),
)  # fmt: skip

_NEXT = and_(later.c.delivery_id == a.delivery_id, later.c.fence > a.fence)
_BETWEEN = attempt.alias("between")
_IS_THE_NEXT = ~exists().where(
    _BETWEEN.c.delivery_id == a.delivery_id, _BETWEEN.c.fence > a.fence, _BETWEEN.c.fence < later.c.fence
)
_ASKED_FOR = exists().where(
    replay.c.delivery_id == a.delivery_id, replay.c.at >= a.began_at, replay.c.at <= later.c.began_at
)
_LEAST_WAITS = {channel: least_wait(channel) // timedelta(microseconds=1) for channel in WAITS}

ATTEMPTS: Final = (
    Invariant(
        "one_at_a_time", "No attempt began before the one before it had ended.", "attempt",
        select(a.id).where(a.outcome.in_(("accepted", "retry", "refused", "unknown")))
        .where(exists().where(_NEXT, later.c.began_at < a.ended_at)),
    ),
    Invariant(
        "on_the_wire", "An attempt that has not ended belongs to a delivery that is on the wire.", "attempt",
        select(a.id).where(
            _OPEN, ~exists().where(d.id == a.delivery_id, d.fence == a.fence, d.state == State.SENDING.value)
        ),
    ),
    Invariant(
        "not_too_soon", "Nothing was tried again before the shortest wait of its channel, unless somebody asked for it.",
        "attempt",
        select(a.id).join(delivery, d.id == a.delivery_id).join(later, and_(_NEXT, _IS_THE_NEXT))
        .where(a.outcome.in_(("retry", "unknown")), ~_ASKED_FOR)
        .where(microseconds_of(later.c.began_at) - microseconds_of(a.ended_at) < _by_channel(_LEAST_WAITS)),
    ),
    Invariant(
        "none_after_a_suppression", "No mail went out to a person who had asked for no more, or can't be reached.", "attempt",
        select(a.id).distinct().join(delivery, d.id == a.delivery_id).join(suppression, suppression.c.person_id == d.person_id)
        .where(d.channel == "email")
        .where(or_(
            suppression.c["class"] == EVERYTHING,
            suppression.c["class"] == d["class"],
            and_(suppression.c["class"] == UNLESS_SERVICE, d["class"] != SERVICE),
        ))
        .where(microseconds_of(a.began_at) - microseconds_of(suppression.c.since) > RACE // timedelta(microseconds=1)),
    ),
)  # fmt: skip

_IS_STILL_KNOWN = or_(n.subject_kind == "account", exists().where(person.c.id == n.subject))
_SAYS_WHY = exists().where(
    skip.c.run == n.run, skip.c.rule == n.rule, skip.c.subject == n.subject, skip.c.start_key == n.start_key,
    skip.c.step == n.step,
)  # fmt: skip
NUDGES: Final = (
    Invariant(
        "told_once", "No nudge has two messages for the same recipient by the same way.", "nudge",
        select(d.nudge_id).group_by(d.nudge_id, d.channel, d.template, d.destination, d.person_id, d.address)
        .having(func.count() > 1),
    ),
    Invariant(
        "told_at_all", "Each nudge that was to send something has its message, or says why it has none.", "nudge",
        select(n.id).join(run, run.c.id == n.run)
        .where(run.c.sends, n.mode == "live", n.state == "nudged", one_of(n.rule_version, "telling"), _IS_STILL_KNOWN)
        .where(~exists().where(d.nudge_id == n.id), ~exists().where(digest_item.c.nudge_id == n.id), ~_SAYS_WHY),
    ),
)  # fmt: skip

INVARIANTS: Final = (*NUDGES, *DELIVERIES, *ATTEMPTS)
