"""What the program tells while it runs: every log event by name, and how lines are written."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from enum import Enum
from typing import Any, Literal

import structlog

Level = Literal["debug", "info", "warning", "error"]

QUIET = (
    "httpx",
    "httpcore",
    "mail.log",
    "celery",
    "kombu",
    "amqp",
    "asyncio",
    "botocore",
    "markdown_it",
    "alembic",
    "uvicorn",
)  # whole URLs are secrets (httpx), and so are the headers that are signed (botocore)


class Log(Enum):
    """Every event that is logged: its name, and how serious it is."""

    BELL_LOST = "bell.lost", logging.WARNING
    BELL_MISSING = "bell.missing", logging.WARNING
    WORKER_STARTED = "worker.started", logging.INFO
    WORKER_STOPPED = "worker.stopped", logging.INFO
    ROUND_FAILED = "round.failed", logging.ERROR
    PROJECT_INVALID = "project.invalid", logging.ERROR
    TICK_DONE = "tick.done", logging.INFO
    TICK_FAILED = "tick.failed", logging.ERROR
    TICK_MISSED = "tick.missed", logging.ERROR  # what the nightly look at everyone found, and ticks had not
    RULE_TRIPPED = "rule.tripped", logging.ERROR  # far more nudges than ever: the rule is paused
    TICK_IDLE = "tick.idle", logging.DEBUG
    REPLAY_WAITS = "replay.waits", logging.WARNING  # what is left to send waits for another attempt
    DELIVER_DONE = "deliver.done", logging.INFO
    DESTINATION_DISABLED = (
        "destination.disabled",
        logging.ERROR,
    )  # it is gone, or did nothing but fail; ``told``: who knows
    DELIVERY_FAILED = "delivery.failed", logging.ERROR
    WEB_STARTED = "web.started", logging.INFO
    WEB_ANSWERED = "web.answered", logging.INFO
    WEB_TAKEN = "web.taken", logging.DEBUG  # messages that came in and were stored: there may be thousands a second
    WEB_FAILED = "web.failed", logging.ERROR
    WEB_SIBLING_LOST = "web.sibling_lost", logging.ERROR  # one of its processes ended; another takes its place
    BACKTEST_HELPER_LOST = "backtest.helper_lost", logging.DEBUG  # its part is done after all, by who asked
    SWEEP_DONE = "sweep.done", logging.INFO
    FAIL_POINT = "fail.point", logging.ERROR  # a rehearsal: the process dies here

    def __init__(self, label: str, level: int) -> None:
        self.label = label
        self.level = level


def log(event: Log, **about: object) -> None:
    """One line about something that happened. ``about`` never holds a secret, an address or a whole URL."""
    if logging.getLogger("firstwin").isEnabledFor(event.level):  # thousands of lines a second may be too small to log
        structlog.get_logger("firstwin").log(event.level, event.label, **about)


def failed(event: Log, error: BaseException, **about: object) -> None:
    """The same, for an exception that nobody expected: with its traceback."""
    structlog.get_logger("firstwin").log(event.level, event.label, exc_info=error, **about)


def configure(*, style: Literal["auto", "console", "json"] = "auto", level: Level = "info") -> None:
    """Lines go to stderr, ours and those of the libraries alike."""
    readable = style == "console" or (style == "auto" and sys.stderr.isatty())
    shared = _shared_processors()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_ending(readable)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def silenced() -> Iterator[None]:
    """Nothing is logged meanwhile: whoever asks for it tells by itself what goes wrong."""
    logger = logging.getLogger("firstwin")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _shared_processors() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _ending(readable: bool) -> list[Any]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if readable:
        plain = structlog.dev.plain_traceback  # the pretty one shows variables, and one may hold a secret
        return [
            drop,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=16, exception_formatter=plain),
        ]
    return [drop, structlog.processors.format_exc_info, _event_first, structlog.processors.JSONRenderer(default=str)]


def _event_first(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {"at": line.pop("timestamp", None), "level": line.pop("level", None), "event": line.pop("event"), **line}
