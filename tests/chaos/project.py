"""The project folder that a row works with: firstwin.yaml, rules and templates, as a user writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

HEAD = """\
name: Rehearsal
link: https://app.example.com
postal_address: Rehearsal Inc, 1 Example Street
daily_cap: 99999999
mail: {sender: mail, from: "Rehearsal <hello@rehearsal.example>"}
csm: {fallback: cs}
"""
ENV = "FIRSTWIN_SECRET=a secret of thirty-two characters\nFIRSTWIN_PUBLIC_URL=https://nudges.example.com\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLKSw"
TEMPLATES = {
    "layouts/mail.html": "<html><body>{% block content %}{% endblock %}<p>{{ unsubscribe_link }}</p></body></html>",
    "mail/hello.md": "---\nsubject: Hello\n---\nHi {{ person | first_name }}, {{ why }}\n",
    "webhook/hello.json": '{"type": "nudged", "data": {"account": "{{ account.id }}", "step": "{{ step }}", "why": "{{ why }}"}}',
    "alert/hello.md": "---\ntitle: {{ account.id }} signed up\nnext_step: Say hello.\n---\n{{ account.id }}\n",
}


@dataclass(frozen=True)
class Project:
    """``senders``: by name, a line of settings. ``rules``: by name, the file. ``tick_every`` as in firstwin.yaml."""

    senders: Mapping[str, str]
    rules: Mapping[str, str]
    templates: Mapping[str, str] = field(default_factory=lambda: TEMPLATES)
    tick_every: str = "1 minute"

    def write(self, folder: Path) -> None:
        senders = "".join(f"  {name}: {{{line}}}\n" for name, line in self.senders.items())
        files = {"firstwin.yaml": f"{HEAD}tick_every: {self.tick_every}\nsenders:\n{senders}", ".env": ENV}
        files |= {f"rules/{name}.yaml": text for name, text in self.rules.items()}
        files |= {f"templates/{name}": text for name, text in self.templates.items()}
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def with_rules(self, **rules: str) -> Self:
        return replace(self, rules={**self.rules, **{name.replace("_", "-"): text for name, text in rules.items()}})


def webhook(port: int, path: str = "/hook", more: str = "") -> str:
    return f'type: webhook, url: "http://127.0.0.1:{port}{path}", secret: {SECRET}, allow_private: true{more}'


def smtp(port: int, more: str = "") -> str:
    return f"type: smtp, host: 127.0.0.1, port: {port}, security: none{more}"


def rule(then: str, when: str = "signed_up", more: str = "") -> str:
    """Also about what happened on the day before the rule came."""
    return f"about: account\nwhen: {when}\nthen: {then}\nagain: never\nbackfill: 1 day\nfeed: sparse\n{more}"
