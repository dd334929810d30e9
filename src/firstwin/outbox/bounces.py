"""What mail providers tell of messages after they took them: kept once, and a dead address is never mailed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import idna
from sqlalchemy import Connection, Row, Select, delete, select

from firstwin.db.bulk import one_of
from firstwin.db.engine import clock
from firstwin.db.insert import insert_new
from firstwin.db.tables import delivery, hook_token, outcome
from firstwin.decide.silence import EVERYTHING, UNLESS_SERVICE
from firstwin.outbox.suppressions import AddressHash, Suppression, suppress

Kind = Literal["hard_bounce", "soft_bounce", "complaint", "unsubscribed"]

SILENCES: Final[Mapping[Kind, str]] = {
    "hard_bounce": EVERYTHING,
    "complaint": EVERYTHING,
    "unsubscribed": UNLESS_SERVICE,
}
KEPT = timedelta(hours=24)  # tokens: longer than any of them is good for

d = delivery.c
h = hook_token.c


@dataclass(frozen=True)
class Told:
    """One thing that a provider tells. ``event_id`` is its own, and the same whenever it tells it again.

    ``at`` is empty where it does not say when; ``message_ids`` are its names for the message, the sender's among them;
    ``detail`` holds no address.
    """

    kind: Kind
    address: str
    event_id: str
    at: datetime | None = None
    message_ids: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Once:
    """A token that is good for one body alone; ``body`` is what that hashes to."""

    token: str
    body: str


def take(connection: Connection, hashed: AddressHash, provider: str, told: Iterable[Told]) -> int:
    """How many of these were new. Those that were told before change nothing.

    Raises NoSecretError where addresses can't be hashed.
    """
    events = {each.event_id: each for each in sorted(told, key=lambda each: each.event_id)}
    if not events:
        return 0
    now, about = clock(connection), _deliveries(connection, events.values())
    rows = [_row(hashed, provider, each, about, now) for each in events.values()]
    new = [events[event_id] for (event_id,) in insert_new(connection, outcome, rows, "event_id")]
    for each in new:
        for wanted in _wanted(hashed, provider, each, _about(about, each)):
            suppress(connection, wanted, now)
    return len(new)


def bind(connection: Connection, provider: str, once: Once) -> bool:
    """False if the token came with another body before."""
    now = clock(connection)
    connection.execute(delete(hook_token).where(h.provider == provider, h.at < now - KEPT))
    row = {"provider": provider, "token": once.token, "body": once.body, "at": now}
    return bool(insert_new(connection, hook_token, [row], "token")) or bound(connection, provider, once)


def bound(connection: Connection, provider: str, once: Once) -> bool:
    """Whether the token came with this body before."""
    query = select(h.body).where(h.provider == provider, h.token == once.token)
    return connection.execute(query).scalar_one_or_none() == once.body


def _deliveries(connection: Connection, told: Iterable[Told]) -> Mapping[str, Row[Any]]:
    """By each name of the message. ``Message-ID`` is told with its angle brackets by some, and without them by others."""
    names = sorted({name for each in told for name in _names(each)})
    if not names:
        return {}
    rows = connection.execute(_DELIVERIES, {"names": names})
    return {row.provider_id: row for row in rows}


_DELIVERIES: Select[Any] = select(d.id, d.person_id, d.address, d.provider_id).where(one_of(d.provider_id, "names"))


def _names(told: Told) -> Iterator[str]:
    for name in told.message_ids:
        bare = name.removeprefix("<").removesuffix(">")
        yield from (bare, f"<{bare}>")


def _about(found: Mapping[str, Row[Any]], told: Told) -> Row[Any] | None:
    return next((found[name] for name in _names(told) if name in found), None)


def _row(
    hashed: AddressHash, provider: str, told: Told, found: Mapping[str, Row[Any]], now: datetime
) -> dict[str, object]:
    about = _about(found, told)
    return {
        "provider": provider,
        "event_id": told.event_id,
        "kind": told.kind,
        "at": min(told.at or now, now),
        "address_hash": hashed.of(told.address),
        "delivery_id": about.id if about else None,
        "detail": told.detail or None,
    }


def _wanted(hashed: AddressHash, provider: str, told: Told, about: Row[Any] | None) -> Iterator[Suppression]:
    message_class = SILENCES.get(told.kind)
    if message_class is None or told.kind == "soft_bounce":
        return
    hashes = {hashed.of(address): None for address in _spellings(told.address)}
    ours = about if about and about.address and hashed.of(about.address) in hashes else None
    # A dead address says nothing of the person, who may have another one by now; a wish is the person's own.
    person = ours.person_id if ours and told.kind != "hard_bounce" else None
    for address_hash in hashes:
        yield Suppression(person, address_hash, message_class, told.kind, provider, told.detail or None)


def _spellings(address: str) -> Sequence[str]:
    """A domain with other letters than ASCII's is written in two ways, and a provider may tell either."""
    local, _, domain = address.strip().lower().rpartition("@")
    if domain.isascii() and "xn--" not in domain:
        return (address,)
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
        return (f"{local}@{ascii_domain}", f"{local}@{idna.decode(ascii_domain)}")
    except idna.IDNAError:
        return (address,)
