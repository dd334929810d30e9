"""Whether all is well, for whoever restarts containers or is woken at night: what is wrong, and what only works less well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from firstwin.decide.feeds import is_broken
from firstwin.tools.said import MINUTE, Said
from firstwin.tools.vital import Signs

SILENT: Final = timedelta(seconds=30)  # a heart beats every few seconds
WAITS_LONG: Final = timedelta(minutes=10)  # Slack takes 600 alerts in that time


@dataclass(frozen=True)
class Health:
    """Sentences. ``degraded`` says what is worked around: nothing is lost, and no restart would help."""

    wrong: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


def health(found: Signs, *, with_broker: bool, broker_answers: bool | None) -> Health:
    """By what the database holds alone: of their files the workers say themselves whether they hold mistakes."""
    heard = _said_by_workers(found)
    tick_every = max((said.tick_every for said in heard), default=MINUTE)
    wrong = [*_each(said.wrong for said in heard), *ailments(found, tick_every=tick_every, with_broker=with_broker)]
    weak = [*weaknesses(found, broker_answers=broker_answers), *_each(said.degraded for said in heard)]
    return Health(tuple(wrong), tuple(weak))


def _said_by_workers(found: Signs) -> list[Said]:
    return [heart.said for heart in found.hearts if heart.kind == "worker" and heart.age < SILENT]


def _each(sentences: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Once, whoever says it."""
    return iter(dict.fromkeys(sentence for said in sentences for sentence in said))


def ailments(found: Signs, *, tick_every: timedelta, with_broker: bool) -> list[str]:
    """What is wrong right now, each in a sentence; empty when all is well."""
    return [*_of_rules(found, tick_every), *_of_processes(found, with_broker=with_broker), *_of_the_queue(found)]


def weaknesses(found: Signs, *, broker_answers: bool | None) -> list[str]:
    """What works less well. ``broker_answers`` is None without one."""
    weak = ["The broker does not answer: workers look by themselves."] if broker_answers is False else []
    return [*weak, *(f"Nothing goes to {one.name}: {one.why}." for one in found.stopped)]


def _of_rules(found: Signs, tick_every: timedelta) -> Iterator[str]:
    for rule in found.rules:
        if rule.error:
            yield f"Rule {rule.id} stopped: {rule.error}"
        if rule.tripped:
            lets_it_go_on = f"If that is right, `firstwin resume {rule.id}` lets it go on."
            yield f"Rule {rule.id} was paused by itself: {rule.tripped}. {lets_it_go_on}"
        if rule.held and is_broken(rule.held):
            yield f"Rule {rule.id} holds its nudges: {rule.held}."
    late = [rule.id for rule in found.rules if rule.lag is not None and rule.lag > 3 * tick_every + SILENT]
    if late:
        yield f"{len(late)} rules were not matched for more than three ticks: {', '.join(late)}."


def _of_processes(found: Signs, *, with_broker: bool) -> Iterator[str]:
    alive = {heart.kind for heart in found.hearts if heart.age < SILENT}
    if "worker" not in alive:
        yield "No worker is running: start `firstwin worker` or `firstwin up`."
    if with_broker and "beat" not in alive:
        yield "No bell was heard from beat: start `firstwin beat`, or look at the broker."


def _of_the_queue(found: Signs) -> Iterator[str]:
    if found.waits is not None and found.waits > WAITS_LONG:
        minutes = found.waits // timedelta(minutes=1)
        yield f"A message has been due for {minutes} minutes: `firstwin deliveries list --state scheduled` shows what waits."
