"""Templates written for one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from firstwin.messages.message import AlertCard, Mail, Payload
from firstwin.messages.templates import Templates
from tests.messages.examples import Project, rich

LAYOUT = "<html><head></head><body>{% block content %}{% endblock %}</body></html>"
Write = Callable[[Mapping[str, str]], Templates]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A project's templates from files by name; the plain layout is there besides."""

    def written(files: Mapping[str, str]) -> Templates:
        for name, text in {"layouts/mail.html": LAYOUT, **files}.items():
            path = tmp_path / "templates" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Templates(tmp_path / "templates", Project())

    return written


@pytest.fixture
def mail(write: Write) -> Callable[..., Mail]:
    """The mail that a Markdown (or other) body makes."""

    def made(body: str, *, suffix: str = "md", head: str = "", context: Mapping[str, object] | None = None) -> Mail:
        templates = write({f"mail/t.{suffix}": f"---\nsubject: Hello\n{head}---\n{body}"})
        message = templates.render("email", "t", rich() if context is None else context, key="k", to="a@example.com")
        assert isinstance(message, Mail)
        return message

    return made


@pytest.fixture
def body(mail: Callable[..., Mail]) -> Callable[..., str]:
    """The HTML inside the plain layout's body."""

    def made(source: str, **how: object) -> str:
        html = mail(source, **how).html
        return html.split("<body>")[1].split("</body>")[0].strip()

    return made


@pytest.fixture
def alert(write: Write) -> Callable[..., AlertCard]:
    def made(source: str, context: Mapping[str, object] | None = None) -> AlertCard:
        message = write({"alert/t.md": source}).render("alert", "t", rich() if context is None else context, key="k")
        assert isinstance(message, AlertCard)
        return message

    return made


@pytest.fixture
def webhook(write: Write) -> Callable[..., Payload]:
    def made(source: str, context: Mapping[str, object] | None = None) -> Payload:
        message = write({"webhook/t.json": source}).render(
            "webhook", "t", rich() if context is None else context, key="k"
        )
        assert isinstance(message, Payload)
        return message

    return made
