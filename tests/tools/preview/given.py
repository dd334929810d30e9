"""A project with one rule, and what its preview shows of an account."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from firstwin.app import App
from firstwin.db.engine import look
from firstwin.settings import Settings
from firstwin.tools.explain.explain import question_about
from firstwin.tools.preview.answer import Preview
from firstwin.tools.preview.preview import preview
from firstwin.tools.whom import Several, whom
from tests.tick.bench_of_rules import T0
from tests.tools.explain.given import PROJECT

SECRET = "a secret of thirty-two characters"
FILES = {
    "firstwin.yaml": PROJECT.decode().replace("crm}", "cs}").replace(
        "senders:", 'senders:\n  cs: {type: inbox, url: "http://127.0.0.1:1/messages"}'
    ),
    "templates/layouts/mail.html": "<html><body>{% block content %}{% endblock %}<p>{{ unsubscribe_link }}</p></body></html>",
    "templates/mail/hello.md": "---\nsubject: Hello {{ person | first_name }}\n---\nYour plan is {{ account.plan }}.\n",
    "templates/alert/look.md": "---\ntitle: Look at {{ account.id }}\nnext_step: Call them.\n---\nNo login.\n",
    "templates/digest/list.md": "---\ntitle: '{{ count }} at risk'\nnext_step: Call them.\n---\n"
    "{% for item in items %}{{ loop.index }}. {{ item.account.id }} pays {{ item.account.mrr }}\n\n{% endfor %}\n",
}  # fmt: skip


def an_app(engine: Engine, folder: Path, **texts: str) -> App:
    files = FILES | {f"rules/{name}.yaml": text for name, text in texts.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    settings = Settings(_env_file=None, project=folder, secret=SECRET, public_url="https://nudges.example.com")
    return App(settings, engine)


def shown(app: App, subject: str = "acme", rule: str | None = None) -> Preview:
    wired = app.wired()
    asked = next(one for one in wired.env.rules if rule in (None, one.id))
    with look(app.engine) as connection:
        who = whom(connection, asked, subject, None, T0)
        assert not isinstance(who, Several)
        question = question_about(connection, wired.env, wired.project, asked, who, "live", None)
        return preview(question, wired.desk("live"), who, None)
