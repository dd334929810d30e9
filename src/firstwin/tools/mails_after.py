"""Mails that went to an address which had asked for no more: it is known by its keyed hash, also where its person is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select

from firstwin.db.bulk import one_of
from firstwin.db.tables import attempt, delivery, suppression
from firstwin.decide.silence import silences
from firstwin.outbox.suppressions import AddressHash
from firstwin.tools.invariants import RACE

BATCH: Final = 5_000
Wish = tuple[str, datetime]  # which class of messages, and since when

d, a, s = delivery.c, attempt.c, suppression.c


def mails_after(connection: Connection, hashed: AddressHash, *, batch: int = BATCH) -> Iterator[int]:
    """The ids of such attempts. Only who has the key can tell: every address that was ever written to is hashed."""
    after = ""
    while addresses := connection.scalars(_ADDRESSES, {"after": after, "batch": batch}).all():
        after = addresses[-1]
        yield from _of_these(connection, hashed, addresses)


_ADDRESSES: Select[Any] = (
    select(d.address).distinct().where(d.address > bindparam("after")).order_by(d.address).limit(bindparam("batch"))
)
_WISHES: Select[Any] = select(s.address_hash, s["class"], s.since).where(one_of(s.address_hash, "hashes"))
_ATTEMPTS: Select[Any] = (
    select(a.id, a.began_at, d.address, d["class"].label("message_class"))
    .join(delivery, d.id == a.delivery_id)
    .where(one_of(d.address, "addresses"), d.channel == "email")
    .order_by(a.id)
)


def _of_these(connection: Connection, hashed: AddressHash, addresses: Sequence[str]) -> Iterator[int]:
    wishes = _wishes(connection, hashed, addresses)
    if not wishes:
        return
    for id_, began_at, address, message_class in connection.execute(_ATTEMPTS, {"addresses": sorted(wishes)}):
        if any(silences({wish}, message_class) and began_at - since > RACE for wish, since in wishes[address]):
            yield id_


def _wishes(connection: Connection, hashed: AddressHash, addresses: Sequence[str]) -> Mapping[str, list[Wish]]:
    """What each of these addresses has asked for."""
    whose: defaultdict[str, list[str]] = defaultdict(list)  # one, in small letters and in others
    for address in addresses:
        for value in hashed.each(address):
            whose[value].append(address)
    found: defaultdict[str, list[Wish]] = defaultdict(list)
    if whose:
        for value, wish, since in connection.execute(_WISHES, {"hashes": sorted(whose)}):
            for address in whose[value]:
                found[address].append((wish, since))
    return found
