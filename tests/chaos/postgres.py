"""A PostgreSQL that can be killed and started again, and that keeps what it has committed."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.keeper import Keeper
from tests.chaos.waiting import pause
from tests.servers.postgres import Cluster

# As it comes, unlike in the tests: what is committed must be there after a kill.
OPTIONS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "autovacuum": "on"}
TRIES = 100


class Postgres:
    def __init__(self, cluster: Cluster, keeper: Keeper) -> None:
        self._cluster = cluster
        self._keeper = keeper
        self._began()

    @property
    def url(self) -> str:
        return self._cluster.url

    @property
    def socket(self) -> Path:
        return self._cluster.folder / ".s.PGSQL.5432"

    def kill(self) -> None:
        """As by kill -9 of the server, whose own processes end with it."""
        os.kill(self._pid, signal.SIGKILL)
        self._keeper.ended(self._pid)

    def start(self) -> None:
        """Its processes from before may take a moment to be gone."""
        for _ in range(TRIES):
            try:
                self._cluster.start()
            except subprocess.CalledProcessError:
                pause(0.1)
            else:
                self._began()
                return
        raise RuntimeError("PostgreSQL did not start again: " + (self._cluster.folder / "log").read_text()[-2000:])

    def _began(self) -> None:
        self._pid = self._cluster.pid()
        self._keeper.began(self._pid)


@contextmanager
def running_postgres(keeper: Keeper) -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="firstwin-chaos-pg-"))
    keeper.remove(folder)
    cluster = Cluster.make(folder, OPTIONS)
    cluster.start()
    server = Postgres(cluster, keeper)
    try:
        yield server
    finally:
        server.kill()
