"""How each kind of sender is set up against a server on this machine. A new kind needs its line here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.senders.contract import Answer, Sender
from firstwin.senders.load import load_senders
from tests.senders.http_faults import Answering
from tests.senders.serving import Behaviour, served

MAIL = Mail(
    key="d-1", to="anna@example.com", subject="Your first report", html="<p>Hello</p>", text="Hello", sender="b@acme.io"
)
ALERT = AlertCard(
    key="d-2", title="Acme has stalled", body="No report yet.", why="connected data", since="2 days", next_step="Call."
)
PAYLOAD = Payload(key="d-3", type="account.stalled", data={"account": "a1"})

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "tok3nInTheAddress"
PASSWORD = "p4ssw0rd"


@dataclass(frozen=True)
class Rig:
    wire: Literal["http", "smtp"]
    messages: tuple[Message, ...]
    settings: Callable[[int], dict[str, object]]
    secrets: tuple[str, ...] = ()
    accepted_body: bytes = b"ok"
    accepted_headers: Mapping[str, str] = field(default_factory=dict)
    https: str = "https"  # how an address that is spoken to over TLS begins
    gone: frozenset[int] = frozenset({410})  # the statuses after which the destination is not tried any more


def _smtp(port: int) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": port, "to": "team@acme.io", "from": "Acme <hello@acme.io>"}


def _webhook(port: int) -> dict[str, object]:
    return {
        "url": f"http://127.0.0.1:{port}/hooks/{TOKEN}?key=k3yInTheQuery",
        "secret": SECRET,
        "headers": {"Authorization": "Bearer b3arer"},
        "allow_private": True,
    }


def _slack(port: int) -> dict[str, object]:
    return {"url": f"http://127.0.0.1:{port}/services/T000/B000/{TOKEN}", "allow_private": True}


def _inbox(port: int) -> dict[str, object]:
    return {"url": f"http://127.0.0.1:{port}/messages"}


def _chat(port: int) -> dict[str, object]:
    return {"url": f"http://127.0.0.1:{port}/workflows/{TOKEN}", "allow_private": True}


def _apprise(port: int) -> dict[str, object]:
    return {"url": f"json://anna:{PASSWORD}@127.0.0.1:{port}/hooks/{TOKEN}?-key=k3yInTheQuery", "allow_private": True}


def _pagerduty(port: int) -> dict[str, object]:
    return {"url": f"http://127.0.0.1:{port}/v2/enqueue", "routing_key": TOKEN, "allow_private": True}


def _mails(**own: str) -> Callable[[int], dict[str, object]]:
    """The settings of a mail service; its alerts go to the team."""

    def settings(port: int) -> dict[str, object]:
        url = f"http://127.0.0.1:{port}/send"
        return {"url": url, "allow_private": True, "from": "Acme <hello@acme.io>", "to": "team@acme.io", **own}

    return settings


GONE_TOO = frozenset({404, 410})
MAILS = (MAIL, ALERT)
AWS = {"access_key_id": "AK1A", "secret_access_key": TOKEN, "session_token": "s3ss10n", "region": "eu-west-1"}
RIGS: Mapping[str, Rig] = {
    "smtp": Rig("smtp", MAILS, _smtp),
    "webhook": Rig("http", (PAYLOAD, ALERT), _webhook, (TOKEN, SECRET, "k3yInTheQuery", "b3arer")),
    "slack": Rig("http", (ALERT,), _slack, (TOKEN,), gone=GONE_TOO),
    "teams": Rig("http", (ALERT,), _chat, (TOKEN,), gone=GONE_TOO),
    "discord": Rig("http", (ALERT,), _chat, (TOKEN,)),
    "pagerduty": Rig("http", (ALERT,), _pagerduty, (TOKEN,)),
    "resend": Rig("http", MAILS, _mails(api_key=TOKEN), (TOKEN,), b'{"id": "re-1"}'),
    "postmark": Rig("http", MAILS, _mails(token=TOKEN), (TOKEN,), b'{"ErrorCode": 0, "MessageID": "pm-1"}'),
    "sendgrid": Rig("http", MAILS, _mails(api_key=TOKEN), (TOKEN,), b"", {"X-Message-Id": "sg-1"}),
    "mailgun": Rig("http", MAILS, _mails(api_key=TOKEN, domain="acme.io"), (TOKEN,), b'{"id": "<mg-1@acme.io>"}'),
    "ses": Rig("http", MAILS, _mails(**AWS), (TOKEN, "AK1A", "s3ss10n"), b'{"MessageId": "ses-1"}'),
    "apprise": Rig("http", (ALERT,), _apprise, (TOKEN, PASSWORD, "k3yInTheQuery"), https="jsons"),
    "inbox": Rig("http", (MAIL, ALERT, PAYLOAD), _inbox),
}


def good_server(kind: str) -> Answering:
    """Answers as this kind's other side does to what it takes."""
    return Answering(body=RIGS[kind].accepted_body, headers=RIGS[kind].accepted_headers)


@dataclass(frozen=True)
class Sending:
    """One message on its way from a sender of this kind to a server that behaves so."""

    kind: str
    behave: Behaviour
    message: Message | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    def answer(self) -> Answer:
        return self.answers(1)[0]

    def answers(self, times: int) -> list[Answer]:
        return asyncio.run(self._sent(times))

    async def _sent(self, times: int) -> list[Answer]:
        async with served(self.behave) as port:
            sender = made(self.kind, port, **self.settings)
            try:
                return [await sender.send(self.message or RIGS[self.kind].messages[0]) for _ in range(times)]
            finally:
                await sender.close()


def answers_at_once(sendings: Iterable[Sending]) -> list[Answer]:
    """One answer each; where servers freeze, the waiting is done together."""
    together = list(sendings)
    for kind in {sending.kind for sending in together}:
        made(kind, 1)  # what a kind loads at its first use must not keep the others from connecting in time

    async def send() -> list[Answer]:
        return [answer for (answer,) in await asyncio.gather(*(sending._sent(1) for sending in together))]

    return asyncio.run(send())


def made(kind: str, port: int, **settings: object) -> Sender:
    return load_senders({"it": {"type": kind, **RIGS[kind].settings(port), **settings}})["it"]
