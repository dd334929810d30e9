"""What holds at this moment for everyone: pauses, the project's settings; and which addresses want no mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.decide.value import Policy
from firstwin.outbox.suppressions import suppressed
from firstwin.tick.environment import Environment

EVERYTHING = "*"

_PAUSED = select(tables.pause.c.scope)


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


def with_addresses(connection: Connection, env: Environment, policy: Policy, addresses: Collection[str]) -> Policy:
    """The policy with what these addresses are not to be sent; a person's own silence is found with the person."""
    return replace(policy, suppressed_addresses=suppressed(connection, env.addresses, (), addresses))
