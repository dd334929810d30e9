"""Suppressions as a person looks at them: whom a name or an address means, what holds, and by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from firstwin.db import tables
from firstwin.db.engine import clock
from firstwin.decide.recipients import is_address
from firstwin.decide.silence import EVERYTHING, LESS_OFTEN, UNLESS_SERVICE
from firstwin.outbox.suppressions import AddressHash, Lifted, Suppression, lift, suppress
from firstwin.senders.address import mailbox

s = tables.suppression.c
READS: Final = {  # how classes that are none of a rule read to people
    EVERYTHING: "everything",
    UNLESS_SERVICE: "everything-but-service",
    LESS_OFTEN: "more-than-one-a-week",
}
CLASSES: Final = {**{said: code for code, said in READS.items()}, "marketing": "marketing", "service": "service"}


@dataclass(frozen=True)
class Whom:
    """A person we know, with the address if there is one; or only an address."""

    person: str | None
    address: str | None


def whom(connection: Connection, said: str) -> Whom | None:
    """None where it is neither the id of a person nor an address."""
    alias, person = tables.alias.c, tables.person.c
    id_ = connection.scalar(select(alias.person_id).where(alias.previous_id == said)) or said
    found = connection.execute(select(person.traits).where(person.id == id_)).one_or_none()
    if found is None:
        return Whom(None, said) if mailbox(said, named=False) else None
    address = next((one for one in (found.traits.get("email"), said) if is_address(one)), None)
    return Whom(id_, address)


def by_hand(
    connection: Connection, hashed: AddressHash, whose: Whom, message_class: str, *, who: str, note: str | None
) -> bool:
    """For every later claim. False if it stood there already. Raises NoSecretError for an address without a secret."""
    address_hash = hashed.of(whose.address) if whose.address else None
    row = Suppression(whose.person, address_hash, message_class, "by_hand", who, note)
    return suppress(connection, row, clock(connection))


def lifted(connection: Connection, hashed: AddressHash, whose: Whom, message_class: str | None) -> list[Lifted]:
    """Whatever the reason was: whoever asks knows better."""
    return lift(connection, hashed, person=whose.person, address=whose.address, message_class=message_class)


def listed(
    connection: Connection, hashed: AddressHash, whose: Whom | None = None, limit: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """The newest first; of one person or address, or all."""
    query = select(tables.suppression).order_by(s.since.desc(), s.id.desc()).limit(limit)
    if whose is not None:
        hashes = hashed.each(whose.address) if whose.address else ()
        query = query.where(or_(s.person_id == (whose.person or ""), s.address_hash.in_(hashes)))
    return [dict(row) for row in connection.execute(query).mappings()]
