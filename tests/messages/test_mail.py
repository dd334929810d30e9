"""The parts of a mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail
from tests.messages.conftest import Write
from tests.messages.examples import rich

MakeMail = Callable[..., Mail]


def render(write: Write, head: str, **other: object) -> Mail:
    message = write({"mail/t.md": f"---\n{head}\n---\nBody"}).render("email", "t", rich(**other), key="k")
    assert isinstance(message, Mail)
    return message


def test_a_mail_carries_what_its_sender_needs(write: Write) -> None:
    templates = write(
        {"mail/t.md": "---\nsubject: Hi {{ person.first_name }}\npreheader: For {{ account.name }}\n---\nBody"}
    )
    message = templates.render(
        "email",
        "t",
        rich(),
        key="key-1",
        to="lena@northwind.example",
        sender="Acme <hello@acme.example>",
        reply_to="help@acme.example",
    )
    assert isinstance(message, Mail)
    html = "<html><head></head><body><p>Body</p>\n</body></html>"
    assert message == Mail(
        "key-1",
        "lena@northwind.example",
        "Hi Lena",
        html,
        "Body\n",
        "For Northwind",
        "Acme <hello@acme.example>",
        "help@acme.example",
    )


@pytest.mark.parametrize(
    "name",
    [
        "x\r\nBcc: victim@example.com",
        "x\nBcc: v",
        "x\rBcc: v",
        "x\x0bBcc",
        "x\x85Bcc",
        "x\u2028Bcc",
        "x\u2029Bcc",
        "x\x00Bcc",
        "x\u202eBcc",
    ],
)
def test_no_line_break_gets_into_a_header(write: Write, name: str) -> None:
    message = render(write, "subject: Hi {{ person.name }}\npreheader: Hi {{ person.name }}", person={"name": name})
    assert message.subject.isprintable()
    assert message.subject.startswith("Hi x")
    assert len(message.preheader.splitlines()) == 1


def test_a_long_subject_is_cut(write: Write) -> None:
    message = render(write, "subject: {{ person.name }}", person={"name": "y" * 1_000})
    assert len(message.subject) == 250
    assert message.subject.endswith("…")


def test_a_subject_is_not_html(write: Write) -> None:
    assert render(write, "subject: '{{ account.name }} & co'", account={"name": "<A & B>"}).subject == "<A & B> & co"


def test_an_empty_subject_is_no_mail(write: Write) -> None:
    with pytest.raises(RenderError, match="subject is empty") as stopped:
        render(write, "preheader: x\nsubject: \"{{ account.seats | default('') }}\"")
    assert (stopped.value.reason, stopped.value.line) == ("missing_value", 3)


def test_the_layout_gets_subject_and_preheader(write: Write) -> None:
    layout = "<html><head><title>{{ mail.subject }}</title></head><body>{{ mail.preheader }}:{% block content %}{% endblock %}</body></html>"
    head = "---\nsubject: '{{ account.name }}'\npreheader: P\n---\nBody"
    context = rich(account={"name": "</title><b>"})
    message = write({"layouts/mail.html": layout, "mail/t.md": head}).render("email", "t", context, key="k")
    assert isinstance(message, Mail)
    assert "<title>&lt;/title&gt;&lt;b&gt;</title>" in message.html
    assert "<body>P:<p>Body</p>" in message.html


def test_a_mail_has_a_largest_size(mail: MakeMail) -> None:
    with pytest.raises(RenderError, match=r"longer than 200,000 characters") as stopped:
        mail("{{ account.name }} " * 10, context=rich(account={"name": "z" * 30_000}))
    assert stopped.value.reason == "too_large"
