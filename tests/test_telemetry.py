import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from firstwin.telemetry import QUIET, Log, configure, failed, log


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield
    root.handlers = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


def test_programs_get_one_json_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure(style="json")
    log(Log.BELL_LOST, task="tick")
    line = json.loads(capsys.readouterr().err)
    assert line.pop("at").endswith("Z")
    assert line == {"level": "warning", "event": "bell.lost", "task": "tick"}


def test_people_get_readable_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure(style="console")
    log(Log.BELL_LOST, task="tick")
    assert "bell.lost" in capsys.readouterr().err


def test_auto_is_json_when_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    log(Log.WORKER_STARTED)
    assert json.loads(capsys.readouterr().err)["event"] == "worker.started"


def test_less_serious_lines_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="warning")
    log(Log.WORKER_STARTED)
    assert capsys.readouterr().err == ""


def test_an_unexpected_failure_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    configure(style="json")
    failed(Log.ROUND_FAILED, ValueError("odd"), what="sweep")
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["what"]) == ("error", "sweep")
    assert "ValueError: odd" in line["exception"]


def test_the_http_library_never_logs_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="info")
    logging.getLogger("httpx").info("HTTP Request: POST https://hooks.slack.com/services/secret")
    assert capsys.readouterr().err == ""


def test_event_names_are_unique() -> None:
    assert len({event.label for event in Log}) == len(list(Log))
