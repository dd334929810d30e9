"""What a process does that helps with a backtest: its shard, over the state of the facts that it was told to see."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from firstwin.beside import when_left_alone
from firstwin.db.engine import open_database
from firstwin.decide.value import Decision
from firstwin.tools.backtest.came import Came
from firstwin.tools.backtest.letters import read_task, write_came
from firstwin.tools.backtest.together import Together
from firstwin.tools.scratch import scratch

SEES: Final = b"sees\n"
PATIENCE_S: Final = 1.0


def main() -> None:
    """Reads a task from standard input; says ``SEES`` once it sees the facts, and in the end what came of it.

    It ends with whoever asked, who holds the other end of its standard input.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed is no answer
    gc.disable()  # as `run` does
    task, came = read_task(sys.stdin.buffer.readline()), Came()
    when_left_alone(_end)
    grid, rules = task.grid, task.env.rules

    def hear(now: datetime, decisions: Sequence[Decision]) -> None:
        """The first slot is a tick of the worker's, about everybody: whoever wrote the task hears of that one."""
        if now > grid.begin:
            came.hear(now, decisions)

    engine = open_database(task.url, pool_size=1)
    with scratch(engine, rules, grid.begin, own_facts=False, snapshot=task.snapshot) as (connection, run):
        answers.write(SEES)
        answers.flush()
        env = replace(task.env, rules=rules, told=hear)
        Together(connection, env, run, rules[0], grid, None).go(lambda _: None, [task.shard])
    answers.write(write_came(came))
    answers.flush()


def _end() -> None:
    """As Ctrl-C does, upon which PostgreSQL is told to stop. SQLite hears of it only between two statements."""
    signal.raise_signal(signal.SIGINT)
    time.sleep(PATIENCE_S)
    os._exit(1)
