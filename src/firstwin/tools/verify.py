"""Looks whether the database keeps what is promised of deliveries. Read only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from firstwin.db.engine import clock
from firstwin.db.tables import rule_version
from firstwin.outbox.claim import LEASE
from firstwin.outbox.suppressions import AddressHash
from firstwin.rules.acts import Choose, single
from firstwin.rules.remembered import rule_of
from firstwin.rules.terms import Record, Rule
from firstwin.tools.invariants import HELD_FOR, INVARIANTS, Invariant, Row
from firstwin.tools.mails_after import mails_after

EXAMPLES: Final = 5


@dataclass(frozen=True)
class Broken:
    """How many rows of the table ``of`` break an invariant, and the ids of some of them; 0 where it is kept."""

    id: str
    says: str
    of: Row
    rows: int
    examples: tuple[int, ...]


def verify(
    connection: Connection, addresses: AddressHash, note: Callable[[float], None] = lambda _: None
) -> tuple[Broken, ...]:
    """Each invariant, and what breaks it. ``note`` is told the share that is done, from 0 to 1."""
    asked = {
        "long_over": clock(connection) - (HELD_FOR - LEASE),
        "telling": _telling(connection),
    }
    found = []
    for number, invariant in enumerate(INVARIANTS, 1):
        found.append(_asked(connection, invariant, asked))
        note(number / (len(INVARIANTS) + 1))
    found.append(_none_to_a_suppressed_address(connection, addresses))
    note(1)
    return tuple(found)


def _none_to_a_suppressed_address(connection: Connection, addresses: AddressHash) -> Broken:
    ids = list(mails_after(connection, addresses))
    says = "No mail went out to an address whose owner had asked for no more, or that can't be reached."
    return Broken("none_to_a_suppressed_address", says, "attempt", len(ids), tuple(ids[:EXAMPLES]))


def _asked(connection: Connection, invariant: Invariant, asked: dict[str, object]) -> Broken:
    breaks = invariant.breaks.subquery()
    rows = connection.execute(select(func.count()).select_from(breaks), asked).scalar_one()
    examples = connection.scalars(invariant.breaks.order_by(*invariant.breaks.selected_columns).limit(EXAMPLES), asked)
    return Broken(invariant.id, invariant.says, invariant.of, rows, tuple(examples))


def _telling(connection: Connection) -> list[str]:
    """The versions of rules that send something whenever they nudge."""
    version = rule_version.c
    rows = connection.execute(select(version.hash, version.meaning, version.source).where(version.meaning.is_not(None)))
    return [hash_ for hash_, meaning, source in rows if _always_tells(rule_of(meaning, hash_, source))]


def _always_tells(rule: Rule) -> bool:
    """A branch may do nothing, and a record tells nobody."""
    actions = [action for step in rule.steps for action in step.actions]
    is_one_way = not any(isinstance(action, Choose) for action in actions)
    return (
        is_one_way
        and all(step.actions for step in rule.steps)
        and not any(isinstance(action, Record) for action in single(actions))
    )
