"""What the processes that share a backtest write to each other: a task, and what came of it. Both are JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from firstwin.decide.value import Channel
from firstwin.outbox.suppressions import AddressHash
from firstwin.rules.remembered import meaning_of, rule_of
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.came import Came, Left, Place, Sent
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.shards import Shard


@dataclass(frozen=True)
class RuleLetter:
    """A rule, as ``rules.remembered`` keeps it."""

    meaning: str
    version: str
    source: str

    @property
    def rule(self) -> Rule:
        return rule_of(self.meaning, self.version, self.source)


@dataclass(frozen=True)
class EnvironmentLetter:
    """The settings of an environment; whom it tells of decisions is everybody's own."""

    zone: str
    grace: timedelta
    every: timedelta
    expires_after: Mapping[Channel, timedelta]
    mail_sender: str
    csm_fallback: str | None
    csm_by_name: Mapping[str, str]
    csm_zones: Mapping[str, str]
    addresses: AddressHash


@dataclass(frozen=True)
class Task:
    """One shard of a backtest of one rule. ``url`` holds the database's password, and ``snapshot`` is of ``scratch``."""

    url: str = field(repr=False)
    snapshot: str | None
    of_rule: RuleLetter
    of_env: EnvironmentLetter
    grid: Grid
    shard: Shard

    @property
    def env(self) -> Environment:
        return Environment((self.of_rule.rule,), **vars(self.of_env))


def rule_letter(rule: Rule) -> RuleLetter:
    return RuleLetter(meaning_of(rule), rule.version, rule.source)


def environment_letter(env: Environment) -> EnvironmentLetter:
    return EnvironmentLetter(**{name: getattr(env, name) for name in EnvironmentLetter.__dataclass_fields__})


_TASK: Final = TypeAdapter(Task)


def write_task(task: Task) -> bytes:
    """One line."""
    return _TASK.dump_json(task) + b"\n"


def read_task(letter: bytes) -> Task:
    return _TASK.validate_json(letter)


def write_came(came: Came) -> bytes:
    """What was sent and what was left. A year may hold a million of them: they are lists, without names."""
    return orjson.dumps((came.sent, came.left), default=tuple)


def read_came(letter: bytes) -> Came:
    """Raises ValueError for a letter that was cut off."""
    sent, left = orjson.loads(letter)
    came = Came()
    for rule, found in sent.items():
        came.sent[rule] = [_sent(*one) for one in found]
    for rule, found in left.items():
        came.left[rule] = [_left(*one) for one in found]
    return came


def _sent(*told: Any) -> Sent:  # noqa: ANN401 - in the order of the fields
    rule, subject, key, step, at, start_at, mode, places, missed, variant = told
    times = _moment(at), _moment(start_at)
    return Sent(rule, subject, key, step, *times, mode, tuple(map(_place, places)), tuple(missed), variant)


def _place(told: list[Any]) -> Place:
    channel, destination, address, in_list, leaves, stopped = told
    return Place(channel, destination, address, tuple(in_list), leaves and _moment(leaves), stopped)


def _left(*told: Any) -> Left:  # noqa: ANN401 - in the order of the fields
    rule, subject, key, step, at, start_at, reason = told
    return Left(rule, subject, key, step, _moment(at), _moment(start_at), reason)


_moment = datetime.fromisoformat
