"""What people choose who follow the link out: no more of this class, none at all, less often, or back again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection

from firstwin.decide.silence import EVERYTHING, LESS_OFTEN, UNLESS_SERVICE, silences
from firstwin.outbox.suppressions import AddressHash, Suppression, lift, suppress, suppressed
from firstwin.outbox.way_out import Left

Choice = Literal["class", "all", "less", "back"]
Who = Literal["page", "one_click"]
WIDE: Final[dict[Choice, str]] = {"all": UNLESS_SERVICE, "less": LESS_OFTEN}


@dataclass(frozen=True)
class Stopped:
    """What holds for somebody now: none of this class of mail, none but service, one in a week at most."""

    this_class: bool
    all: bool
    less: bool


def stopped(connection: Connection, hashed: AddressHash, left: Left) -> Stopped:
    """Of a person who was forgotten nothing is known any more, so that nothing can be sent."""
    if left.person is None and left.address is None:
        return Stopped(this_class=True, all=True, less=False)
    found = suppressed(connection, hashed, *([one] if one else [] for one in (left.person, left.address)))
    classes = frozenset[str]().union(*found.values())
    return Stopped(
        silences(classes, left.message_class),
        not classes.isdisjoint({EVERYTHING, UNLESS_SERVICE}),
        LESS_OFTEN in classes,
    )


def choose(connection: Connection, hashed: AddressHash, left: Left, choice: Choice, *, who: Who, at: datetime) -> None:
    """For every later claim. Back again takes back only what people said here, not that their mails bounce."""
    if left.trial or (left.person is None and left.address is None):
        return
    if choice == "back":
        lift(connection, hashed, person=left.person, address=left.address, why="unsubscribed")
        return
    address_hash = hashed.of(left.address) if left.address else None
    message_class = WIDE.get(choice, left.message_class)
    suppress(connection, Suppression(left.person, address_hash, message_class, "unsubscribed", who), at)
