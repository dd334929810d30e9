"""Who wants no mail, or cannot be reached: by person, and by a keyed hash that outlives the address."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, or_, select

from firstwin.db.bulk import one_of
from firstwin.db.tables import suppression

Why = Literal["unsubscribed", "hard_bounce", "complaint", "by_hand"]

c = suppression.c


class NoSecretError(Exception):
    """An address was to be hashed, and there is no key to do it with."""


@dataclass(frozen=True, repr=False)
class AddressHash:
    """Hashes addresses under secrets: the newest for what is stored, each of them for what is looked up.

    HMAC-SHA256 (RFC 2104) of the address in small letters, cut to 128 bits, as hexadecimal digits.
    """

    secrets: tuple[str, ...] = ()

    def of(self, address: str) -> str:
        """Raises NoSecretError without a secret."""
        if not self.secrets:
            raise NoSecretError("FIRSTWIN_SECRET is not set, so that no address can be suppressed")
        return _hash(self.secrets[0], address)

    def each(self, address: str) -> tuple[str, ...]:
        return tuple(_hash(secret, address) for secret in self.secrets)


def _hash(secret: str, address: str) -> str:
    text = b"address:" + address.strip().lower().encode(errors="surrogatepass")
    return hmac.digest(secret.encode(), text, "sha256")[:16].hex()


@dataclass(frozen=True)
class Suppression:
    """One wish, or one failure. ``message_class`` may be one of those of ``decide.silence``.

    ``who``: the page, one click in a mail program, a mail provider, or somebody at the command line.
    """

    person: str | None
    address_hash: str | None
    message_class: str
    why: Why
    who: str
    note: str | None = None


def suppress(connection: Connection, wanted: Suppression, at: datetime) -> bool:
    """Holds for every later claim. False if the same stood there already."""
    row = {
        "person_id": wanted.person,
        "address_hash": wanted.address_hash,
        "class": wanted.message_class,
        "reason": wanted.why,
    }
    same = select(c.id).where(*(c[name].is_not_distinct_from(value) for name, value in row.items()))
    if connection.execute(same).first() is not None:
        return False
    more = {"since": at, "who": wanted.who, "note": wanted.note}
    connection.execute(insert(suppression).values(row | more))
    return True


def suppressed(
    connection: Connection, hashed: AddressHash, people: Iterable[str], addresses: Iterable[str]
) -> Mapping[str, frozenset[str]]:
    """The classes that each is not to be sent: by person, and by address in small letters."""
    hashes = {value: address for address in {one.lower() for one in addresses} for value in hashed.each(address)}
    wanted = {"people": sorted(set(people)), "hashes": sorted(hashes)}
    if not wanted["people"] and not wanted["hashes"]:
        return {}
    classes: dict[str, set[str]] = defaultdict(set)
    for person, address_hash, one in connection.execute(_SUPPRESSED, wanted):
        for who in filter(None, (person, hashes.get(address_hash))):
            classes[who].add(one)
    return {who: frozenset(found) for who, found in classes.items()}


_SUPPRESSED = select(c.person_id, c.address_hash, c["class"]).where(
    or_(one_of(c.person_id, "people"), one_of(c.address_hash, "hashes"))
)


@dataclass(frozen=True)
class Lifted:
    """A suppression that was taken back."""

    message_class: str
    why: str
    since: datetime


def lift(
    connection: Connection,
    hashed: AddressHash,
    *,
    person: str | None,
    address: str | None,
    message_class: str | None = None,
    why: Why | None = None,
) -> list[Lifted]:
    """Takes back what holds for the person or the address: all of it, or one class, or one reason."""
    whose = or_(c.person_id == (person or ""), c.address_hash.in_(hashed.each(address) if address else ()))
    wanted = {c["class"]: message_class, c.reason: why}
    only = [column == value for column, value in wanted.items() if value is not None]
    taken = delete(suppression).where(whose, *only).returning(c["class"], c.reason, c.since)
    return sorted((Lifted(*row) for row in connection.execute(taken)), key=lambda one: one.since)
