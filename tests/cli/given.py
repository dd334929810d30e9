"""A small project for tests of whole commands, and the messages of a few accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from typer.testing import Result

from firstwin.demo.inbox import Inbox

NOON = "2026-03-02T12:00:00Z"
SECRET = "a secret of thirty-two characters"
PUBLIC_URL = "https://nudges.example.com"

FILE = """\
name: Acme
link: https://app.example.com
postal_address: Acme Inc, 1 Example Street
mail: {{sender: mail, from: "Acme <hello@acme.example>"}}
senders:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp_port}, security: none}}
  cs: {{type: inbox, url: "{url}/messages"}}
csm: {{fallback: cs}}
tick_every: 1 minute
{more}
"""

RULES = {
    "first-login": """\
about: account
when: signed_up
after: 24 hours
unless: logged_in
then: {email: first-login, to: contact}
again: never
feed: sparse
""",
    "welcome": """\
about: account
when: signed_up
then:
  - {email: welcome, to: actor}
  - {alert: new-account, to: csm}
again: never
""",
}

TEMPLATES = {
    "layouts/mail.html": "<html><body>{% block content %}{% endblock %}<p>{{ unsubscribe_link }}</p></body></html>",
    "mail/first-login.md": "---\nsubject: Come in\n---\nHi {{ person | first_name }}, {{ why }}\n",
    "mail/welcome.md": "---\nsubject: Welcome\n---\nHi {{ person | first_name }}.\n",
    "alert/new-account.md": "---\ntitle: A new account\nnext_step: Say hello.\n---\nIt has just signed up.\n",
}


class Run(Protocol):
    """Runs a command; ``code`` is the exit code that it must end with."""

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> Result: ...


def make_project(folder: Path, inbox: Inbox | None = None, more: str = "") -> Path:
    """Two rules, and senders that reach the inbox (nobody, without one)."""
    port, url = (inbox.smtp_port, inbox.url) if inbox else (1, "http://127.0.0.1:1")
    files = {"firstwin.yaml": FILE.format(smtp_port=port, url=url, more=more)}
    files[".env"] = f"FIRSTWIN_SECRET={SECRET}\nFIRSTWIN_PUBLIC_URL={PUBLIC_URL}\n"
    files |= {f"rules/{name}.yaml": text for name, text in RULES.items()}
    files |= {f"templates/{name}": text for name, text in TEMPLATES.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def signups(*accounts: str, at: str = NOON, then: Callable[[str], list[dict[str, Any]]] = lambda _: []) -> str:
    """The messages of accounts that sign up, as lines of JSON; ``then`` is what else each of them does."""
    lines = [line for account in accounts for line in (*_signup(account, at), *then(account))]
    return "".join(json.dumps(line) + "\n" for line in lines)


def did(account: str, event: str, at: str) -> dict[str, Any]:
    """A person of the account does something."""
    return _message(account, f"{event}-{at}", at, type="track", event=event, properties={})


def later(hours: float, at: str = NOON) -> str:
    return (datetime.fromisoformat(at) + timedelta(hours=hours)).isoformat()


def _signup(account: str, at: str) -> list[dict[str, Any]]:
    person = {"name": f"Ada {account.title()}", "email": f"ada@{account}.example"}
    return [
        _message(account, "identify", at, type="identify", traits=person),
        _message(account, "group", at, type="group", groupId=account, traits={"name": account.title()}),
        did(account, "signed_up", at),
    ]


def _message(account: str, name: str, at: str, **said: Any) -> dict[str, Any]:
    whom = {"messageId": f"{account}-{name}", "userId": f"ada-{account}", "context": {"groupId": account}}
    return {**whom, "timestamp": at, **said}
