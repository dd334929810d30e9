"""The web process: alone, and as a part of `up`."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from firstwin.db.engine import clock, write
from firstwin.demo.inbox import Inbox
from firstwin.facts.write_keys import make_key
from tests.worker.processes import Processes, ended_well, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def address(processes: Processes) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes.settings["WEB_PORT"] = str(port)
    return f"http://127.0.0.1:{port}"


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def a_key(engine: Engine) -> str:
    with write(engine) as connection:
        return make_key(connection, "shop", who="test", at=clock(connection))


def sign_up(address: str, key: str) -> httpx.Response:
    person = {"name": "Ada Blue", "email": "ada@blue.example"}
    batch = [
        {"type": "identify", "messageId": "i", "userId": "ada", "traits": person},
        {"type": "group", "messageId": "g", "userId": "ada", "groupId": "blue"},
        {"type": "track", "messageId": "t", "userId": "ada", "event": "signed_up"},
    ]
    return httpx.post(f"{address}/v1/batch", json={"batch": batch}, auth=(key, ""), trust_env=False, timeout=60)


def test_up_takes_a_signup_over_http_and_welcomes(
    processes: Processes, engine: Engine, inbox: Inbox, address: str
) -> None:
    up = processes.start("up")
    assert eventually(lambda: answers(address))
    assert sign_up(address, a_key(engine)).status_code == 200
    assert eventually(lambda: {message.title for message in inbox.messages} == {"Welcome", "A new account"}, within=150)
    ended_well(up, signal.SIGTERM)
    assert not answers(address)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_web_alone_ends_well_and_logs_no_key_and_no_address(
    processes: Processes, engine: Engine, address: str, number: signal.Signals
) -> None:
    processes.settings["LOG_LEVEL"] = "debug"
    web = processes.start("web")
    assert eventually(lambda: answers(address))
    key = a_key(engine)
    assert sign_up(address, key).status_code == 200
    assert sign_up(address, "fw_wrong").status_code == 401
    assert httpx.get(f"{address}/u/secret-token?to=ada@blue.example", trust_env=False).status_code >= 400
    logged = ended_well(web, number)
    assert '"route": "batch", "method": "POST", "status": 200' in logged
    assert '"status": 401' in logged
    assert [secret for secret in (key, "fw_wrong", "ada@blue", "secret-token", "signed_up") if secret in logged] == []


def test_a_port_that_is_taken_is_told(processes: Processes, address: str) -> None:
    port = int(address.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        web = processes.start("web")
        _, trouble = web.communicate(timeout=60)
    assert web.returncode == 2
    assert "FIRSTWIN_WEB_PORT" in trouble
    assert "Traceback" not in trouble


def test_it_listens_to_this_machine_alone_unless_told_otherwise(processes: Processes, address: str) -> None:
    web = processes.start("web")
    assert eventually(lambda: answers(address))
    port = f"{int(address.rpartition(':')[2]):04X}"
    listening = {line.split()[1].split(":")[0] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"}  # fmt: skip
    assert listening == {"0100007F"}
    ended_well(web, signal.SIGTERM)
