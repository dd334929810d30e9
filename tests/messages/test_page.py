"""Pages: HTML in a layout, with what browsers may be told."""

from __future__ import annotations

from typing import Any

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.page import Page
from tests.messages.conftest import Write

LAYOUT = '<!doctype html><html lang="{{ page.language }}" dir="{{ page.direction }}"><title>{{ page.title }}</title><body>{% block content %}{% endblock %}</body></html>'
FORM = '<form method="post"><button name="choice" value="class">Stop {{ kind }}</button></form>'


def context(**other: object) -> dict[str, Any]:
    return {
        "project": {"name": "Acme", "link": None, "postal_address": "", "zone": "UTC"},
        "kind": "Tips & offers",
        "chosen": "",
        "stopped": {"class": False, "all": False, "less": False},
        "trial": False,
        **other,
    }


def page(write: Write, body: str, *, head: str = "title: Mails", name: str = "unsubscribe") -> Page:
    templates = write({"layouts/page.html": LAYOUT, f"pages/{name}.html": f"---\n{head}\n---\n{body}\n"})
    return templates.pages.render(name, "", context())


def refused(write: Write, body: str, **how: str) -> str:
    with pytest.raises(RenderError) as error:
        page(write, body, **how)
    return f"{error.value.line}: {error.value.message}"


def test_a_page_is_its_layout_with_what_it_says_itself(write: Write) -> None:
    made = page(write, FORM, head="title: Mails of {{ project.name }}")
    assert made.language == "en"
    assert made.html.startswith('<!doctype html><html lang="en" dir="ltr"><title>Mails of Acme</title>')
    assert "Stop Tips &amp; offers</button>" in made.html


def test_a_value_can_become_no_code(write: Write) -> None:
    templates = write({"layouts/page.html": LAYOUT, "pages/unsubscribed.html": "---\ntitle: x\n---\n<p>{{ kind }}</p>"})
    html = templates.pages.render("unsubscribed", "", context(kind="<script>alert(1)</script>")).html
    assert "<script" not in html


def test_conditions_stand_between_elements_and_words_are_the_pages_own(write: Write) -> None:
    body = "{% if stopped.all %}\n<p>none</p>\n{% else %}\n<p>{{ words.hello }}</p>\n{% endif %}\n" + FORM
    html = page(write, body, head="title: x\nwords: {hello: Hi there}").html
    assert "<p>Hi there</p>" in html
    assert "none" not in html
    assert "<!--" not in html


def test_a_language_may_stand_in_the_head(write: Write) -> None:
    assert 'lang="he" dir="rtl"' in page(write, FORM, head="title: x\nlanguage: he").html


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<p>Bye</p>", "no way to unsubscribe"),
        ('<form method="post"><button name="choice" value="less">Less</button></form>', "no way to unsubscribe"),
        ("<script>x</script>" + FORM, "run and load nothing"),
        ('<p onclick="x()">a</p>' + FORM, "run and load nothing"),
        ('<link rel="stylesheet" href="https://a.example/x.css">' + FORM, "run and load nothing"),
        ('<img src="https://a.example/x.png">' + FORM, "as data:"),
        (FORM.replace(' method="post"', ""), "posts to the page itself"),
        (FORM.replace("<form ", '<form action="https://a.example" '), "posts to the page itself"),
        (FORM.replace('"class"', '"clas"'), "Did you mean `class`?"),
        ('<button name="choice" value="all">All</button>', "stands in a form"),
        (FORM + '<a href="javascript:x()">a</a>', "is not a link"),
    ],
)
def test_what_would_not_work_in_a_browser_is_refused(write: Write, body: str, told: str) -> None:
    said = refused(write, "\n" + body)
    assert told in said
    assert said.startswith("4: " if "no way" in told else "5: ")


def test_a_page_has_a_title_and_a_name_that_there_is(write: Write) -> None:
    assert "no title" in refused(write, FORM, head="words: {a: b}")
    assert "Did you mean `unsubscribe`?" in refused(write, FORM, name="unsubscribee")


def test_the_other_pages_need_no_choice(write: Write) -> None:
    assert "Bye" in page(write, "<p>Bye</p>", name="unsubscribed").html
