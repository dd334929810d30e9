"""Layouts."""

from __future__ import annotations

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail
from tests.messages.conftest import Write
from tests.messages.examples import rich

PAGE = (
    "<body>[{% block content %}nothing{% endblock %}|{% block footer %}foot of {{ project.name }}{% endblock %}]</body>"
)


def made(write: Write, body: str, head: str = "", **layouts: str) -> str:
    files = {f"layouts/{name}.html": source for name, source in {"mail": PAGE, **layouts}.items()}
    message = write({"mail/t.html": f"---\nsubject: Hi\n{head}---\n{body}", **files}).render(
        "email", "t", rich(), key="k"
    )
    assert isinstance(message, Mail)
    return message.html.split("<body>")[1].split("</body>")[0].strip()


def test_what_a_template_writes_is_the_content_of_its_layout(write: Write) -> None:
    assert made(write, "Hello {{ person.first_name }}") == "[Hello Lena|foot of Acme]"


def test_a_template_fills_other_blocks_too(write: Write) -> None:
    body = "Hello{% block footer %}own {{ project.name }}{% endblock %}"
    assert made(write, body) == "[Hello|own Acme]"


def test_a_markdown_template_fills_blocks_in_markdown(write: Write) -> None:
    source = "---\nsubject: Hi\n---\nHello\n\n{% block footer %}\n*own*\n{% endblock %}\n"
    message = write({"mail/t.md": source, "layouts/mail.html": PAGE}).render("email", "t", rich(), key="k")
    assert isinstance(message, Mail)
    assert "<p>Hello</p>" in message.html
    assert "|<p><em>own</em></p>" in message.html


def test_another_layout_is_chosen_in_the_head(write: Write) -> None:
    assert (
        made(write, "Hello", "layout: letter\n", letter="<body><i>{% block content %}{% endblock %}</i></body>")
        == "<i>Hello</i>"
    )


def test_a_mail_may_do_without_a_layout(write: Write) -> None:
    assert made(write, "<html><body>alone</body></html>", "layout: none\n") == "alone"


def test_a_layout_can_be_based_on_another(write: Write) -> None:
    offer = (
        "---\nlayout: mail\n---\n<b>{% block content %}{% endblock %}</b>{% block offer %}no offer{% endblock %}"
        "{% block footer %}offers end{% endblock %}"
    )
    assert made(write, "Hello", "layout: offer\n", offer=offer) == "[<b>Hello</b>no offer|offers end]"
    body = "Hello{% block offer %}half price{% endblock %}{% block footer %}mine{% endblock %}"
    assert made(write, body, "layout: offer\n", offer=offer) == "[<b>Hello</b>half price|mine]"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{% block foot %}x{% endblock %}", "The layout has no block “foot”. Did you mean `footer`"),
        ("{% block footer %}x", "no {% endblock %}"),
        ("x{% endblock %}", "no block that ends here"),
        ("{% block %}x{% endblock %}", "name of one word"),
        ("{% if x %}{% block footer %}{% endif %}x{% endblock %}", "."),
    ],
)
def test_a_mistake_with_blocks_is_told(write: Write, body: str, told: str) -> None:
    with pytest.raises(RenderError, match=told) as stopped:
        made(write, body)
    assert stopped.value.line == 4


def test_a_mistake_in_a_layout_is_told_where_it_is(write: Write) -> None:
    with pytest.raises(RenderError) as stopped:
        made(write, "Hello", mail=f"<html>\n\n{PAGE}{{{{ account.seats }}}}")
    assert (stopped.value.template, stopped.value.line) == ("templates/layouts/mail.html", 3)


def test_a_layout_based_on_itself_is_told(write: Write) -> None:
    with pytest.raises(RenderError, match="based on itself"):
        made(write, "Hello", mail=f"---\nlayout: mail\n---\n{PAGE}")
