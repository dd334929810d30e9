"""Write keys: what a source of messages proves itself with. Only their hashes are kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, insert, select, update

from firstwin.db.tables import write_key

PREFIX: Final = "fw_"
SHOWN: Final = 9  # letters of a key that tell it from others, and tell nobody the rest

c = write_key.c


@dataclass(frozen=True)
class WriteKey:
    """``begins`` with these letters; the rest nobody knows any more."""

    source: str
    begins: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None


class TakenError(Exception):
    """The source has a key already."""


def make_key(connection: Connection, source: str, *, who: str, at: datetime, replace: bool = False) -> str:
    """The new key, which is told this once. ``replace`` revokes the one that there was; without it: TakenError."""
    if replace:
        revoke_key(connection, source, at)
    elif connection.execute(select(c.id).where(c.source == source, c.revoked_at.is_(None))).first() is not None:
        raise TakenError(source)
    key = PREFIX + secrets.token_urlsafe(24)
    row = {"source": source, "hash": _hash(key), "begins": key[:SHOWN], "made_at": at, "made_by": who}
    connection.execute(insert(write_key).values(row))
    return key


def revoke_key(connection: Connection, source: str, at: datetime) -> bool:
    """False if the source had none."""
    revoke = update(write_key).where(c.source == source, c.revoked_at.is_(None)).values(revoked_at=at).returning(c.id)
    return connection.execute(revoke).first() is not None


def write_keys(connection: Connection) -> list[WriteKey]:
    """All there ever were, the newest of each source first."""
    query = select(c.source, c.begins, c.made_at, c.made_by, c.revoked_at).order_by(c.source, c.id.desc())
    return [WriteKey(*row) for row in connection.execute(query)]


def valid_keys(connection: Connection) -> Mapping[str, str]:
    """Source by hash."""
    query = select(c.hash, c.source).where(c.revoked_at.is_(None))
    return dict(connection.execute(query).all())


def source_of(key: str, valid: Mapping[str, str]) -> str | None:
    """Whose key that is. Each is compared, and in constant time, so that the time tells nothing."""
    hashed, found = _hash(key), None
    for hash_, source in valid.items():
        if hmac.compare_digest(hash_, hashed):
            found = source
    return found


def _hash(key: str) -> str:
    """A key is 192 random bits: no salt and no slow hash make it harder to guess."""
    return sha256(key.encode(errors="surrogatepass")).hexdigest()
