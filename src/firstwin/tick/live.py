"""The rules of the live run: a fault in one is noted with it, and keeps no other from its turn."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, update

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import Run
from firstwin.rules.terms import Rule
from firstwin.telemetry import Log, failed
from firstwin.tick.environment import Environment
from firstwin.tick.rule import Ticked, tick_rule

MOST_TOLD = 300  # characters of an error

rule_row = tables.rule
_NOTE = (
    update(rule_row)
    .where(rule_row.c.run == bindparam("in_run"), rule_row.c.id == bindparam("of_rule"))
    .values(error=bindparam("told"))
)


class LiveTicks:
    """Ticks rule by rule. One that failed at a slot is tried again at the next slot, and not before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._failed: dict[str, datetime] = {}

    def tick(self, env: Environment, run: Run, slot: datetime, rules: Collection[str]) -> list[Ticked]:
        """Those of the rules that ``rules`` names, recorders first. Raises what the database raises when it is away."""
        return [self._tick(env, run, rule, slot) for rule in env.rules if rule.id in rules]

    def _tick(self, env: Environment, run: Run, rule: Rule, slot: datetime) -> Ticked:
        if self._failed.get(rule.id) == slot:
            return Ticked(rule.id, "failed")
        try:
            return tick_rule(self._engine, env, run, rule, slot)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one rule, the others have their turn
            with write(self._engine) as connection:
                _note(connection, run, rule, error)
            self._failed[rule.id] = slot
            failed(Log.TICK_FAILED, error, rule=rule.id, slot=slot)
            return Ticked(rule.id, "failed")


def _note(connection: Connection, run: Run, rule: Rule, error: Exception) -> None:
    """The first line says what is wrong; what follows may hold a customer's data."""
    first_line = str(error).partition("\n")[0]
    told = f"{type(error).__name__}: {first_line}"[:MOST_TOLD]
    connection.execute(_NOTE, {"in_run": run.id, "of_rule": rule.id, "told": told})
