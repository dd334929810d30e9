"""A rule whose feed is silent: what it holds is told, and remembered until the feed is back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, update

from firstwin.db import tables
from firstwin.match.plan import Asked, Moment
from firstwin.tick.environment import Environment

rule_row = tables.rule


@dataclass(frozen=True)
class Held:
    """``silent``: by step, why it holds. ``told`` is what to say of what expired while the feed was silent, now that it is back."""

    silent: Mapping[str, str] = field(default_factory=dict)
    told: str = ""


def look(connection: Connection, env: Environment, asked: Asked, moment: Moment, row: Row[Any]) -> Held:
    """What is silent now, and written down with the rule."""
    silent = _silent(connection, env, asked, moment)
    since, why = (row.held_since or moment.now, "; ".join(dict.fromkeys(silent.values()))) if silent else (None, None)
    if (since, why) != (row.held_since, row.held_why):
        connection.execute(_HELD, {"of_run": moment.run, "of_rule": asked.rule.id, "since": since, "why": why})
    return Held(silent, _told(row.held_since, row.held_why, moment.now) if row.held_since and not silent else "")


def _silent(connection: Connection, env: Environment, asked: Asked, moment: Moment) -> Mapping[str, str]:
    if env.feeds is None:
        return {}
    return env.feeds.silent_steps(connection, asked.rule, asked.recorders, asked.seen, moment.run, moment.now)


def _told(since: datetime, why: str, until: datetime) -> str:
    return f"held from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC as {why}"


_HELD = (
    update(rule_row)
    .where(rule_row.c.run == bindparam("of_run"), rule_row.c.id == bindparam("of_rule"))
    .values(held_since=bindparam("since"), held_why=bindparam("why"))
)
