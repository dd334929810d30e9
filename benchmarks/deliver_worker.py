"""A process that delivers what is due, as a worker does, once it is told to begin; then says what it used.

    python -m benchmarks.deliver_worker DATABASE WAY PORT [--one-each] [--max-in-flight=N]

``--one-each``: a new SMTP connection for each mail. ``--max-in-flight``: so many webhooks under way, in place of 64.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time

import orjson
from benchmarks.deliveries import PROJECT, WAYS, desk, rule_for, templates

from firstwin.cli.running import seldom_collecting
from firstwin.db.engine import open_database
from firstwin.deliver.deliverer import Deliverer
from firstwin.messages.message import Message
from firstwin.outbox.states import State
from firstwin.senders.contract import Answer, Sender
from firstwin.senders.load import load_senders
from firstwin.senders.smtp import Smtp

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLKSw"  # noqa: S105 - for a sink on this machine


class OneEach(Smtp):
    """Keeps no connection."""

    async def send(self, message: Message) -> Answer:
        answer = await super().send(message)
        await self.close()
        return answer


def senders(way: str, port: int, how: Sequence[str]) -> Mapping[str, Sender]:
    if way == "webhook":
        url = f"http://127.0.0.1:{port}/"
        told = [each.removeprefix("--max-in-flight=") for each in how if each.startswith("--max-in-flight=")]
        settings = {"url": url, "secret": SECRET, "allow_private": True, "max_in_flight": told[0] if told else 64}
        return load_senders({way: {"type": "webhook", **settings}})
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "from": "Bench <bench@example.com>"}
    if "--one-each" in how:
        return {way: OneEach(way, Smtp.Settings.model_validate(settings))}
    return load_senders({way: {"type": "smtp", **settings}})


def main() -> None:
    database, way, port, *how = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        its = senders(way, int(port), how)
        deliverer = Deliverer(
            desk(open_database(database), rule_for(WAYS[way]), PROJECT, templates(Path(folder), PROJECT), its)
        )
        seldom_collecting()
        print("ready", flush=True)
        sys.stdin.readline()
        cpu, delivered, idle = process_time(), 0, False
        while not idle:
            done = deliverer.run()
            delivered += done.states.get(State.DELIVERED, 0)
            idle = not done.states
        print(orjson.dumps({"delivered": delivered, "cpu": process_time() - cpu}).decode(), flush=True)


if __name__ == "__main__":
    main()
