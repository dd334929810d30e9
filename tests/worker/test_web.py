"""The web process: alone, and as a part of `up`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, func, select

from firstwin.beside import room
from firstwin.db.engine import clock, read, write
from firstwin.db.tables import event
from firstwin.demo.inbox import Inbox
from firstwin.facts.write_keys import make_key
from firstwin.settings import Settings
from firstwin.web.siblings import AGAIN_S
from firstwin.web.siblings import processes as count
from tests.worker.processes import NEVER, Processes, ended_well, eventually

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


def port_of(address: str) -> str:
    return address.rpartition(":")[2]


def siblings_of(web: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text()
    return [int(one) for one in children.split()]


def listening(address: str) -> int:
    """How many sockets listen on its port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(line[1].endswith(f":{int(port_of(address)):04X}") and line[3] == "0A" for line in lines)


def connections_of(process: int, address: str) -> list[str]:
    """The connections to its port that this process has taken."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    on_port = {line[9] for line in lines if line[1].endswith(f":{int(port_of(address)):04X}") and line[3] == "01"}
    files = [file.readlink().name for file in Path(f"/proc/{process}/fd").iterdir()]
    return [file for file in files if file.removeprefix("socket:[").removesuffix("]") in on_port]


@pytest.fixture
def two(processes: Processes, address: str) -> subprocess.Popen[str]:
    """The first of two processes."""
    processes.settings["WEB_PROCESSES"] = "2"
    web = processes.start("web")
    assert eventually(lambda: listening(address) == 2)
    return web


def test_two_processes_take_what_comes_over_many_connections(
    two: subprocess.Popen[str], engine: Engine, address: str
) -> None:
    key = a_key(engine)
    (sibling,) = siblings_of(two)
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(httpx.Client(auth=(key, ""), trust_env=False)) for _ in range(40)]
        for number, client in enumerate(clients):
            said = {"messageId": str(number), "userId": "ada", "event": "opened"}
            assert client.post(f"{address}/v1/track", json=said).status_code == 200
        taken = [len(connections_of(process, address)) for process in (two.pid, sibling)]
    assert sum(taken) == 40
    assert min(taken) > 0
    with read(engine) as connection:
        assert connection.scalar(select(func.count()).where(event.c.name == "opened")) == 40
    logged = ended_well(two, signal.SIGTERM)
    assert logged.count('"web.started"') == 2
    assert not Path(f"/proc/{sibling}").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0)])
def test_another_takes_the_place_of_one_that_ended(
    two: subprocess.Popen[str], address: str, number: signal.Signals, code: int
) -> None:
    (sibling,) = siblings_of(two)
    NEVER.wait(AGAIN_S)
    os.kill(sibling, number)
    assert eventually(lambda: siblings_of(two) not in ([], [sibling]))
    assert eventually(lambda: listening(address) == 2)
    lost = [line for line in ended_well(two, signal.SIGTERM).splitlines() if "web.sibling_lost" in line]
    assert len(lost) == 1
    assert f'"code": {code}' in lost[0]


def test_all_end_with_the_first_where_it_is_killed(two: subprocess.Popen[str], address: str) -> None:
    two.kill()
    assert eventually(lambda: listening(address) == 0)


def test_a_port_that_others_share_is_taken_all_the_same(two: subprocess.Popen[str], processes: Processes) -> None:
    _, trouble = processes.start("web").communicate(timeout=60)
    assert "FIRSTWIN_WEB_PORT" in trouble
    assert two.poll() is None
    ended_well(two, signal.SIGTERM)


@pytest.mark.parametrize(
    ("database", "said", "expected"),
    [("sqlite:///x.db", 0, 1), ("sqlite:///x.db", 2, 2), ("postgresql://h/x", 3, 3), ("postgresql://h/x", 0, None)],
)
def test_how_many_there_are(database: str, said: int, expected: int | None) -> None:
    assert count(Settings(database_url=database, web_processes=said)) == (expected or room())
