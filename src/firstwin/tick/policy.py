"""What holds at this moment for everyone: pauses, suppressed addresses, the project's settings."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.decide.value import Policy
from firstwin.tick.environment import Environment

EVERYTHING = "*"


def policy_at(connection: Connection, env: Environment) -> Policy:
    """The policy as the database has it now."""
    paused = set(connection.execute(select(tables.pause.c.scope)).scalars())
    return Policy(
        paused=EVERYTHING in paused,
        paused_rules=frozenset(paused - {EVERYTHING}),
        expires_after=env.expires_after,
        mail_sender=env.mail_sender,
        csm_fallback=env.csm_fallback,
        suppressed_addresses=_suppressed_addresses(connection),
    )


def _suppressed_addresses(connection: Connection) -> dict[str, frozenset[str]]:
    """Those that belong to no person we know; a person's own are found with the person."""
    suppression = tables.suppression
    query = select(suppression.c.address, suppression.c["class"]).where(
        suppression.c.address.is_not(None), suppression.c.person_id.is_(None)
    )
    classes: dict[str, set[str]] = defaultdict(set)
    for address, one in connection.execute(query):
        classes[address].add(one)
    return {address: frozenset(found) for address, found in classes.items()}
