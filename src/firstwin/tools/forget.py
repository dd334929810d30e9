"""Forgets a person: erased wherever they are named, in one transaction; and told what remains, and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress as ignore
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from firstwin.db import tables
from firstwin.db.engine import alone, clock, read, write
from firstwin.decide.silence import UNLESS_SERVICE
from firstwin.facts.gone import Gone, erase_facts, find, whose
from firstwin.match.gone import erase_starts, rules_about_people
from firstwin.outbox.gone import (
    OnTheWireError,
    erase_deliveries,
    erase_nudges,
    erase_skips,
    erase_suppressions,
)
from firstwin.outbox.suppressions import AddressHash, Suppression, suppress

PATIENCE_S: Final = 30.0  # a message is on the wire for 20 s at most, while its worker lives
LOOK_S: Final = 0.5

Pause = Callable[[float], object]


@dataclass(frozen=True)
class Forgotten:
    """How many rows of each kind."""

    counts: Mapping[str, int]


@dataclass(frozen=True)
class Forgetting:
    """``by`` is who asked. Unless ``suppresses`` is False the addresses are not written to any more, by their hashes."""

    engine: Engine
    hashed: AddressHash
    by: str
    suppresses: bool = True

    def find(self, said: str) -> Gone | None:
        with read(self.engine) as connection:
            return find(connection, said)

    def whose(self, address: str) -> list[str]:
        """The ids of those who have or had this address. Who asks to be forgotten seldom knows an id."""
        with read(self.engine) as connection:
            return whose(connection, address)

    def try_out(self, gone: Gone) -> Forgotten:
        """What it would come to: done, counted and taken back. Raises OnTheWireError, NoSecretError."""
        counts: dict[str, int] = {}
        with ignore(_TakenBack), write(self.engine) as connection:
            counts |= self._erase(connection, gone)
            raise _TakenBack
        return Forgotten(counts)

    def forget(self, gone: Gone, *, pause: Pause = time.sleep) -> Forgotten:
        """Waits for what is on the wire. Raises OnTheWireError where it stays there, NoSecretError; nothing is erased then."""
        for _ in range(round(PATIENCE_S / LOOK_S)):
            with ignore(OnTheWireError):
                return self._once(gone)
            pause(LOOK_S)
        return self._once(gone)

    def _once(self, gone: Gone) -> Forgotten:
        with write(self.engine) as connection:
            return Forgotten(self._erase(connection, gone))

    def _erase(self, connection: Connection, gone: Gone) -> Mapping[str, int]:
        """Deliveries first: the rest is erased only if none is being sent."""
        alone(connection, "fact")
        connection.execute(_TICKS)
        about_people = rules_about_people(connection)
        done = {
            **erase_deliveries(connection, gone),
            **erase_nudges(connection, gone),
            **erase_skips(connection, gone, about_people),
            **erase_starts(connection, gone, about_people),
            **erase_suppressions(connection, self.hashed, gone),
            **erase_facts(connection, gone),
        }
        if self.suppresses:
            self._keep_silent(connection, gone)
        return done

    def _keep_silent(self, connection: Connection, gone: Gone) -> None:
        """Whoever asks to be forgotten does not want to be greeted again after the next import."""
        for address in sorted({address.lower() for address in gone.addresses}):
            row = Suppression(None, self.hashed.of(address), UNLESS_SERVICE, "by_hand", self.by)
            suppress(connection, row, clock(connection))


# A tick holds its rule's row. Those that have begun come to their end first, and see nothing of what is erased after.
_TICKS: Final = select(tables.rule.c.id).order_by(tables.rule.c.run, tables.rule.c.id).with_for_update()


class _TakenBack(Exception):  # noqa: N818 - not an error: it ends a transaction that was only to be looked at
    """Rolls back what was tried out."""


KEPT: Final = "suppressions, kept by the hash of the address"


def remains(counts: Mapping[str, int], gone: Gone, folder: Path, *, suppresses: bool) -> Iterator[str]:
    """What is still there afterwards and why, each in a sentence."""
    if anonymous := counts.get("deliveries, made anonymous"):
        yield f"Deliveries that name nobody: {anonymous}, with their nudges and attempts, so that sums stay right."
    if counts.get(KEPT) or (suppresses and gone.addresses):
        yield (
            "Keyed hashes of the addresses that are not to be written to, so that they stay so whatever is imported. Nobody"
            " can read an address from them. `firstwin unsuppress ADDRESS` takes that back."
        )
    if shared := counts.get("events that stay as the account's"):
        yield f"Events of accounts that have other people: {shared}, as done by nobody, so that these are not nudged for them."
    for name, lines in _mentions(gone, folder):
        yield f"{name}: {lines} lines that name the person. Delete the file, or these lines."
    if gone.accounts:
        yield f"The accounts that the person was in ({', '.join(sorted(gone.accounts))}): what is known of them is the company's."
    yield "Backups of the database, until they are deleted; the logs of your mail provider, and your own product: it sends the person again unless it forgets too."


def _mentions(gone: Gone, folder: Path) -> Iterator[tuple[str, int]]:
    """Files of lines that could not be imported, and in how many of them the person stands."""
    words = [f'"{id_}"' for id_ in gone.ids] + [address.lower() for address in gone.addresses]
    for file in sorted(folder.glob("*.rejects.jsonl")):
        with file.open(encoding="utf-8", errors="replace") as lines:
            found = sum(any(word in line or word in line.lower() for word in words) for line in lines)
        if found:
            yield file.name, found
