"""Everything that one row works with, started for it alone and ended with it."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from firstwin.db.engine import open_database
from tests.chaos import facts, project
from tests.chaos.accounting import Counted, count
from tests.chaos.broker import Broker
from tests.chaos.keeper import Keeper
from tests.chaos.ledger import Ledger
from tests.chaos.postgres import Postgres, running_postgres
from tests.chaos.processes import Processes
from tests.chaos.project import Project
from tests.chaos.receiver import Receiver
from tests.chaos.scope import Scope
from tests.chaos.waiting import until

DECIDED_WITHIN_S = 120.0
Database = Literal["sqlite", "postgresql"]
DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")


@dataclass
class Rig:
    """``postgres`` is None on SQLite. The broker does not run before it is started."""

    database: Database
    scope: Scope
    folder: Path
    processes: Processes
    receiver: Receiver
    broker: Broker
    ledger: Ledger
    postgres: Postgres | None
    random: random.Random
    stack: ExitStack
    accounts: list[str] = field(default_factory=list)

    # ---- what a user does ----

    def begin(self, made: Project, *, broker: bool = True) -> None:
        """Writes the project and makes the tables."""
        made.write(self.folder)
        self.processes.run("migrate")
        if broker:
            self.broker.start()
            self.processes.settings["BROKER_URL"] = self.broker.url

    def sign_up(self, accounts: Sequence[str], at: str | None = None, *, decides: bool = True) -> None:
        """Imports them, and has them decided about: each has a delivery then."""
        self.accounts += accounts
        file = facts.write_signups(
            self.folder / f"facts-{len(self.accounts)}.jsonl", accounts, at or facts.ago(hours=1)
        )
        self.processes.run("import", "--live", str(file))
        if decides:
            until(self._decided, DECIDED_WITHIN_S, "Everybody is decided about", every=1)

    def _decided(self) -> bool:
        """At a slot of its own: that of the minute may have been done already."""
        self.processes.run("tick", "--at", facts.ago())
        return self.ledger.subjects() >= len(self.accounts)

    def workers(self, number: int = 2) -> list[subprocess.Popen[bytes]]:
        return [self.processes.firstwin("worker") for _ in range(number)]

    def beats(self, number: int = 2) -> list[subprocess.Popen[bytes]]:
        return [self.processes.firstwin("beat") for _ in range(number)]

    # ---- what came of it ----

    def settled(self, within: float) -> float:
        """Waits until nobody has anything left to do; how long it took."""
        return until(lambda: not self.ledger.left(), within, f"Everything is settled ({dict(self.ledger.states())})")

    def reaches(self, delivered: int, within: float) -> float:
        """Waits until so many have come to the sink; how long it took."""
        return until(
            lambda: self.receiver.count() >= delivered, within, f"{delivered} requests at the sink", every=0.05
        )

    def counted(self, way: str | None = None) -> Counted:
        """Of a mail the key goes out as a hash, in its Message-ID."""
        rows = self.ledger.rows()
        if way == "smtp":
            rows = [replace(row, key=hashlib.sha256(row.key.encode()).hexdigest()[:40]) for row in rows]
        return count(self.accounts, rows, self.receiver.requests(way))

    def broken(self) -> int:
        """How many rows break what `firstwin verify` looks at."""
        return sum(each["rows"] for each in json.loads(self.processes.run("verify", "--json", code=None)))

    # ---- projects that most rows use ----

    def hook(self, then: str = "{webhook: hello, to: hook}", *, smtp_port: int | None = None) -> Project:
        """One rule, `hello`; a webhook, a mail server, and a program that takes the alerts of the CSM."""
        web = self.receiver.http_port
        senders = {
            "hook": project.webhook(web),
            "cs": project.webhook(web, "/cs"),
            "mail": project.smtp(smtp_port or self.receiver.smtp_port),
        }
        return Project(senders, {"hello": project.rule(then)})

    def mail(self) -> Project:
        return self.hook("{email: hello, to: actor}")


@contextmanager
def rig(database: Database, scope: Scope, keeper: Keeper, name: str) -> Iterator[Rig]:
    """The seed is the same on every machine, and another one for each row."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix=f"firstwin-chaos-{name}-"))
        keeper.remove(folder)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = stack.enter_context(running_postgres(keeper)) if database == "postgresql" else None
        url = postgres.url if postgres else f"sqlite:///{folder}/firstwin.db"
        settings = {
            "PROJECT": str(folder),
            "DATABASE_URL": url,
            "SCHEDULE_SCALE": f"{scope.scale:g}",
            "LOG_FORMAT": "json",
        }
        processes = Processes(folder, keeper, settings)
        stack.callback(processes.end)
        engine = open_database(url)
        stack.callback(engine.dispose)
        yield Rig(
            database, scope, folder, processes, Receiver.start(processes), Broker(processes), Ledger(engine), postgres,
            random.Random(f"{scope.seed} {name} {database}"), stack,
        )  # fmt: skip
