"""Where values may stand in HTML."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail
from tests.messages.conftest import Write
from tests.messages.examples import rich

Body = Callable[..., str]


@pytest.mark.parametrize(
    "source",
    [
        "<style>p { color: {{ account.plan }} }</style>",
        "<script>var x = '{{ account.name }}'</script>",
        "<SCRIPT>var x = '{{ account.name }}'</SCRIPT>",
        "<p style='color: {{ account.plan }}'>x</p>",
        "<p onclick='x({{ account.plan }})'>x</p>",
        "<p ONclick={{ account.plan }}>x</p>",
        "<img srcset='{{ account.link }} 2x'>",
        "<iframe srcdoc='{{ account.name }}'></iframe>",
        "<textarea>{{ account.name }}</textarea>",
        "<meta http-equiv='refresh' content='{{ account.name }}'>",
        "<p {{ account.name }}>x</p>",
        "<p data-{{ account.name }}='x'>x</p>",
        "<{{ account.name }}>x</p>",
        "<p {% if account.plan %}class='x'{% endif %}>x</p>",
        "<p class='{% if account.plan %}x{% endif %}'>x</p>",
        "<title>{% if account.plan %}x{% endif %}</title>",
    ],
)
def test_a_value_cannot_stand_where_it_could_act(body: Body, source: str) -> None:
    with pytest.raises(RenderError) as stopped:
        body(f"<p>\n</p>{source}", suffix="html")
    assert (stopped.value.reason, stopped.value.line) == ("not_allowed", 5)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "javascript&#58;alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "/relative",
        "page.html",
        "",
        "https://a.example@b.example",
    ],
)
def test_the_author_too_may_link_to_the_web_and_to_mail_only(body: Body, link: str) -> None:
    with pytest.raises(RenderError, match="not a link that a mail may have") as stopped:
        body(f'<p>\n\n<a href="{link}">x</a></p>', suffix="html")
    assert stopped.value.reason == "bad_link"


def test_the_line_of_a_bad_link_is_told(body: Body) -> None:
    with pytest.raises(RenderError) as stopped:
        body("One\n\n[two](ftp://x.example)")
    assert stopped.value.line == 6


@pytest.mark.parametrize("link", ["https://example.com", "mailto:a@example.com", "#below", "tel:+49123", "cid:logo"])
def test_links_that_a_mail_needs_pass(body: Body, link: str) -> None:
    assert f'href="{link}"' in body(f'<a href="{link}">x</a>', suffix="html")


def test_a_link_without_quotes_is_a_link_as_well(body: Body) -> None:
    assert 'href="https://app.example.com/accounts/a1"' in body("<a href={{ account.link }}>x</a>", suffix="html")


def test_what_a_browser_would_move_is_told(body: Body) -> None:
    source = "<table>\n<tr><td>x</td></tr>\n{% if account.plan %}{{ account.plan }}{% endif %}</table>"
    with pytest.raises(RenderError, match="nested in a way") as stopped:
        body(source, suffix="html")
    assert stopped.value.line == 6


def test_conditions_for_outlook_stay(body: Body) -> None:
    source = "<!--[if mso]><p>{{ account.name }}</p><![endif]--><p>x</p>"
    assert body(source, suffix="html", context=rich(account={"name": "--><b>"})) == (
        "<!--[if mso]><p>--&gt;&lt;b&gt;</p><![endif]--><p>x</p>"
    )


def test_css_is_written_into_the_elements_and_media_queries_stay(write: Write) -> None:
    layout = (
        "<html><head><style>p { margin: 0 } .a { color: red } @media (max-width: 9px) { p { color: blue !important } }</style></head>"
        "<body>{% block content %}{% endblock %}</body></html>"
    )
    templates = write({"layouts/mail.html": layout, "mail/t.md": "---\nsubject: x\n---\n{{ person.name }}"})
    message = templates.render("email", "t", rich(), key="k")
    assert isinstance(message, Mail)
    html = message.html
    assert '<p style="margin: 0;">Lena Ortiz</p>' in html
    assert "@media (max-width: 9px)" in html
    assert ".a" not in html


def test_nothing_of_our_own_is_left_in_a_mail(body: Body) -> None:
    html = body("{% if account.plan %}\nA\n{% endif %}\n{% for s in missing %}\n- {{ s.label }}\n{% endfor %}")
    assert "zq" not in html
    assert "<!--" not in html


def test_braces_of_the_author_stay_braces(body: Body) -> None:
    assert body("{ {{ '{{' }} {&#123; }") == "<p>{ {{ {{ }</p>"
