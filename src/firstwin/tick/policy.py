"""What holds at this moment for everyone: pauses, the project's settings; and which addresses want no mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.decide.value import Policy
from firstwin.tick.environment import Environment

EVERYTHING = "*"
suppression = tables.suppression

_PAUSED = select(tables.pause.c.scope)
_OF_ADDRESSES = select(suppression.c.address, suppression.c["class"]).where(one_of(suppression.c.address, "addresses"))


def policy_at(connection: Connection, env: Environment) -> Policy:
    """The policy as the database has it now."""
    paused = set(connection.execute(_PAUSED).scalars())
    return Policy(
        paused=EVERYTHING in paused,
        paused_rules=frozenset(paused - {EVERYTHING}),
        expires_after=env.expires_after,
        mail_sender=env.mail_sender,
        csm_fallback=env.csm_fallback,
    )


def with_addresses(connection: Connection, policy: Policy, addresses: Collection[str]) -> Policy:
    """The policy with what these addresses are not to be sent; a person's own silence is found with the person."""
    if not addresses:
        return policy
    wanted = sorted({address.lower() for address in addresses})
    classes: dict[str, set[str]] = defaultdict(set)
    for address, one in connection.execute(_OF_ADDRESSES, {"addresses": wanted}):
        classes[address].add(one)
    return replace(policy, suppressed_addresses={address: frozenset(found) for address, found in classes.items()})
