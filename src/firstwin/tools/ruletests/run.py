"""Runs rule tests one after the other, and keeps of each what a reader of a failure needs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from firstwin.db.engine import read
from firstwin.rules.ruletest import RuleTest
from firstwin.rules.ruletest_file import Written
from firstwin.telemetry import silenced
from firstwin.tick.environment import Environment
from firstwin.tools.check import Checked, ProjectError
from firstwin.tools.ruletests.came import came
from firstwin.tools.ruletests.failure import Failure, failure
from firstwin.tools.ruletests.judge import differences
from firstwin.tools.ruletests.play import NeverEndsError, Stage, a_stage, play
from firstwin.tools.ruletests.proof import proof
from firstwin.tools.ruletests.world import World, a_world

Bench = Callable[[Written], "Result"]


@dataclass(frozen=True)
class Result:
    """How one test went; it passed if there is no failure. ``seconds`` is how long it took."""

    written: Written
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.failures


@contextmanager
def a_bench(checked: Checked, env: Environment, world: World | None = None) -> Iterator[Bench]:
    """Where tests of one project are run, one at a time and in one thread. Raises ProjectError for one with mistakes.

    ``world`` is where, in place of a database in memory.
    """
    if checked.project is None or checked.templates is None or checked.errors:
        raise ProjectError(checked.errors)
    gc.freeze()  # what is loaded by now lives as long as the tests: looking through it again and again takes a tenth of the time
    try:
        with nullcontext(world) if world else a_world() as place:
            yield partial(_run, a_stage(place, env, checked.project, checked.templates))
    finally:
        gc.unfreeze()


def _run(stage: Stage, written: Written) -> Result:
    began = perf_counter()
    with silenced():  # what a template cannot render is told with the test
        failures = tuple(_failures(stage, written.test))
    return Result(written, failures, perf_counter() - began)


def _failures(stage: Stage, test: RuleTest) -> Iterator[Failure]:
    try:
        played = play(stage, test)
    except NeverEndsError as error:
        yield Failure("an end", str(error))
        return
    with read(stage.world.engine) as connection:
        found = came(connection, played)
        if found.errors:
            yield from (Failure("a message", str(error)) for error in found.errors)
            return
        prove = partial(proof, connection, played)
        yield from (failure(test, one, prove) for one in differences(test, found, prove))
