"""The processes that share a large backtest: this one, and those that it begins to help it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from typing import IO, Any, Final

from sqlalchemy import Connection, Engine

from firstwin.beside import ANOTHER
from firstwin.rules.terms import Rule
from firstwin.telemetry import Log, log
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.came import Came
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.helper import SEES
from firstwin.tools.backtest.letters import Task, environment_letter, read_came, rule_letter, write_task
from firstwin.tools.backtest.shards import Shard, shards
from firstwin.tools.backtest.sight import Sight

PATIENCE_S: Final = 2.0  # longer than a helper's own
WHY: Final = 300  # characters of what it said last
PROGRAM: Final = "from firstwin.tools.backtest.helper import main; main()"


@dataclass(frozen=True)
class Company:
    """``processes``: how many there are to be, this one among them; None for as many as are worth it."""

    engine: Engine
    sight: Sight
    processes: int | None

    @contextmanager
    def share(
        self, connection: Connection, env: Environment, rule: Rule, grid: Grid, came: Came
    ) -> Iterator[Iterable[Shard]]:
        """The shards that are this process's to do: the first, and in the end those that no helper could do.

        What the helpers find is put into ``came``.
        """
        own, *others = shards(connection, rule, self.processes if self._has_a_file() else 1)
        if not others:
            yield [own]
            return
        url, snapshot = self.engine.url.render_as_string(hide_password=False), self.sight.snapshot(connection)
        with ExitStack() as stack:
            helpers = []
            for one in others:
                task = Task(url, snapshot, rule_letter(rule), environment_letter(env), grid, one)
                helpers.append((one, stack.enter_context(_helper(task, self.sight))))
            yield _left_to_do(own, helpers, came)
        came.in_order(rule)

    def _has_a_file(self) -> bool:
        """A database in memory is this process's alone."""
        return self.engine.dialect.name != "sqlite" or self.engine.url.database not in (None, "", ":memory:")


def _left_to_do(own: Shard, helpers: Sequence[tuple[Shard, Future[Came | None]]], came: Came) -> Iterator[Shard]:
    yield own
    for shard, found in helpers:
        theirs = found.result()
        if theirs is None:
            yield shard
        else:
            came.add(theirs)


@contextmanager
def _helper(task: Task, sight: Sight) -> Iterator[Future[Came | None]]:
    """A process of its own group: Ctrl-C is for the one that began it, which ends it."""
    with TemporaryFile() as trouble, ThreadPoolExecutor(1, "helper") as beside:
        try:
            process = Popen([*ANOTHER, "-c", PROGRAM], stdin=PIPE, stdout=PIPE, stderr=trouble, process_group=0)  # noqa: S603 - our own
        except OSError as error:  # no room for another
            log(Log.BACKTEST_HELPER_LOST, why=str(error))
            yield beside.submit(_nothing)
            return
        try:
            yield beside.submit(_come_of, process, trouble, task, sight)
        finally:
            _end(process)


def _nothing() -> None:
    """What comes of a helper that was never begun."""


def _end(process: Popen[bytes]) -> None:
    try:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(PATIENCE_S)
    except (TimeoutExpired, BrokenPipeError):
        pass
    finally:  # also where somebody cannot wait
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _come_of(process: Popen[bytes], trouble: IO[bytes], task: Task, sight: Sight) -> Came | None:
    """None where it failed, or facts came in between: whoever asked does its shard too."""
    told: Any = process.stdin
    answers: Any = process.stdout
    try:
        told.write(write_task(task))
        told.flush()
        if answers.readline() == SEES:
            if not sight.is_shared():
                log(Log.BACKTEST_HELPER_LOST, why="facts came in before it looked")
                told.close()
                return None
            letter = answers.read()
            if process.wait() == 0:
                return read_came(letter)
    except (OSError, ValueError) as error:  # it is gone, or was told to go
        log(Log.BACKTEST_HELPER_LOST, why=repr(error))
        return None
    trouble.seek(0)
    log(Log.BACKTEST_HELPER_LOST, code=process.wait(), why=trouble.read().decode(errors="replace")[-WHY:])
    return None
