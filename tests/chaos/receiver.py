"""The sink as the rig has it: started, told how to answer, and read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from tests.chaos.answers import Answer, Manners
from tests.chaos.processes import Processes
from tests.chaos.records import Request, requests_in
from tests.senders.smtp_faults import PHASES


@dataclass
class Receiver:
    file: Path
    http_port: int
    smtp_port: int
    phase_ports: Mapping[str, int]
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, processes: Processes) -> Receiver:
        file = processes.folder / "received.jsonl"
        command = [sys.executable, "-m", "tests.chaos.sink", str(file)]
        process = processes.start(command, processes.environment(), "sink", asks=True)
        ports = process.stdout.readline().split() if process.stdout else []
        if not ports:
            raise RuntimeError("The sink did not start: " + processes.logs()[-2000:])
        http, smtp, *phases = map(int, ports)
        return cls(file, http, smtp, dict(zip(PHASES, phases, strict=True)), process)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def behave(
        self,
        http: Mapping[str, Sequence[Answer]] | None = None,
        smtp: Mapping[str, str] | None = None,
        smtp_delay: float = 0.0,
        *,
        cuts: bool = False,
    ) -> None:
        """From now on; what is not said is taken at once."""
        told = asdict(Manners(http or {}, smtp or {}, smtp_delay, cuts))
        httpx.post(f"{self.url}/manners", json=told, trust_env=False, timeout=20).raise_for_status()

    def requests(self, way: str | None = None) -> list[Request]:
        return [each for each in requests_in(self.file) if way is None or each.way == way]

    def count(self) -> int:
        """How many came, without reading what they say."""
        return self.file.read_bytes().count(b"\n") if self.file.exists() else 0
