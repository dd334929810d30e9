"""Reads what a digest tells: those at its top one by one, and how many more there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from firstwin.deliver.background import Tell, starts_of
from firstwin.deliver.context import Background, Listing, OnList, Properties, Started, Told
from firstwin.facts.timeline import look
from firstwin.match.value import Clause, Standing
from firstwin.outbox.claim import Leased
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.digests import Item, Listed


def listings(connection: Connection, at: Clocks, wanted: Mapping[Leased, Listed], tell: Tell) -> dict[int, Background]:
    """By delivery."""
    if not wanted:
        return {}
    top = {item.nudge_id: item for listed in wanted.values() for item in listed.items[: listed.top]}
    starts = starts_of(connection, top)
    known = _Known(
        starts,
        look(connection, "account", {item.account_id for item in top.values() if item.account_id}, at),
        look(connection, "person", {s.subject for s in starts.values() if s.kind == "person"}, at),
        tell,
    )
    return {leased.id: _background(leased, listed, known, at) for leased, listed in wanted.items()}


@dataclass(frozen=True)
class _Known:
    starts: Mapping[int, Started]
    accounts: Mapping[str, Properties]
    people: Mapping[str, Properties]
    tell: Tell


def _background(leased: Leased, listed: Listed, known: _Known, at: Clocks) -> Background:
    items = tuple(_on_list(leased, item, known) for item in listed.items[: listed.top])
    start = known.starts[listed.items[0].nudge_id]
    own = Told("", start.at)
    return Background(start, own, at.now, listing=Listing(items, len(listed.items), listed.receiver))


def _on_list(leased: Leased, item: Item, known: _Known) -> OnList:
    start, standing = known.starts[item.nudge_id], item.standing or Standing()
    return OnList(
        start,
        known.tell(leased, start, standing),
        account=known.accounts.get(item.account_id or "", {}),
        person=known.people.get(start.subject, {}) if start.kind == "person" else {},
        evidence=tuple(_shown(clause) for clause in standing.evidence),
    )


def _shown(clause: Clause) -> Mapping[str, object]:
    return {
        "says": clause.says,
        "holds": clause.holds,
        "name": clause.name,
        "count": clause.count,
        "last_at": clause.last_at,
        "value": clause.value,
    }
