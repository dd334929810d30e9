"""What the tests of delivering work with: a small project with real templates, and senders that answer from a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver.context import Started, Told
from firstwin.deliver.deliverer import Deliverer
from firstwin.deliver.desk import Desk
from firstwin.match.value import Standing
from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.messages.templates import Templates
from firstwin.outbox.claim import Leased
from firstwin.outbox.judge import Gates
from firstwin.outbox.way_out import WayOut
from firstwin.rules.project import Project
from firstwin.senders.contract import Accepted, Answer, Sender
from tests.outbox.given import ADDRESSES, NOON, REPLAY, open_gates

WAY_OUT = WayOut(ADDRESSES.secrets, "https://nudges.example.com")
Kind = Literal["account", "person"]
TEMPLATES = {
    "layouts/mail.html": "<html><body>{% block content %}{% endblock %}{% if unsubscribe_link %}<p><a href='{{ unsubscribe_link }}'>No more</a></p>{% endif %}</body></html>",
    "mail/first-login.md": "---\nsubject: Your first login, {{ account.company }}\n---\nHi {{ person | first_name }}, {{ why }}\n",
    "alert/stalled.md": "---\ntitle: {{ account.company }} stalled\nnext_step: Call them.\n---\nNothing since the signup.\n",
    "webhook/stalled.json": '{"type": "account.stalled", "data": {"account": "{{ account.id }}", "plan": "{{ account.plan }}"}}',
}


class Scripted:
    """A sender that takes everything, remembers it, and answers what its script says."""

    takes: ClassVar[frozenset[type]] = frozenset({Mail, AlertCard, Payload})
    on_unknown: ClassVar[Literal["retry", "park"]] = "park"
    slots: ClassVar[int] = 8
    group: ClassVar[int] = 4

    def __init__(self, script: Callable[[Message], Answer] = lambda _: Accepted()) -> None:
        self.sent: list[Message] = []
        self.most_at_once = 0
        self.closed = 0
        self._script = script
        self._at_once = 0

    async def send(self, message: Message) -> Answer:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.sent.append(message)
        await asyncio.sleep(0)
        self._at_once -= 1
        return self._script(message)

    async def close(self) -> None:
        self.closed += 1


class Retried(Scripted):
    on_unknown: ClassVar[Literal["retry", "park"]] = "retry"


class OnlyAlerts(Scripted):
    takes: ClassVar[frozenset[type]] = frozenset({AlertCard})


def tell(_leased: Leased, start: Started, _standing: Standing) -> Told:
    return Told("Signed up, not yet logged in.", start.at)


def a_folder(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "templates"
    for name, text in {**TEMPLATES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def a_desk(
    engine: Engine,
    tmp_path: Path,
    senders: dict[str, Sender],
    *,
    gates: Gates = open_gates,
    run: str = REPLAY,
    files: dict[str, str] | None = None,
    project: Mapping[str, Any] | None = None,
    way_out: WayOut = WAY_OUT,
) -> Desk:
    about = Project.model_validate({"name": "Acme", **(project or {})})
    made = Templates(a_folder(tmp_path, **files or {}), about)
    return Desk(engine, about, senders, made, gates, tell, lambda: 0.5, run, "worker-1", ADDRESSES, way_out)


def a_deliverer(engine: Engine, tmp_path: Path, senders: dict[str, Sender], **about: Any) -> Deliverer:
    return Deliverer(a_desk(engine, tmp_path, senders, **about))


def properties(engine: Engine, kind: Kind, subject: str, **values: Any) -> None:
    """Facts that tell these properties."""
    with write(engine) as connection:
        connection.execute(insert(tables.event), _facts(kind, subject, values))


def companies(engine: Engine, numbers: Iterable[int]) -> None:
    """The accounts that deliveries are made for, each with what the templates need."""
    facts = [_facts("account", f"acme-{n:04}", {"company": f"Acme {n}", "plan": "pro"}) for n in numbers]
    with write(engine) as connection:
        connection.execute(insert(tables.event), [fact for of_one in facts for fact in of_one])


def _facts(kind: Kind, subject: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    fact = {"occurred_at": NOON, "received_at": NOON, "known_at": NOON, f"{kind}_id": subject}
    return [{**fact, "name": f"firstwin.{kind}.{name}", "props": {"value": value}} for name, value in values.items()]


LEASED = Leased(
    id=7,
    fence=3,
    key="fw_1",
    nudge_id=1,
    rule="no-login",
    step="remind",
    start_id=1,
    account_id="acme",
    person_id="anna",
    channel="email",
    template="first-login",
    message_class="marketing",
    destination="mail",
    address="anna@example.com",
    possible_repeat=False,
    suspect=False,
)
