"""Markdown with values and statements in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from tests.messages.examples import rich

Body = Callable[..., str]


def squeezed(html: str) -> str:
    return "".join(line.strip() for line in html.splitlines())


def test_values_stand_where_the_template_names_them(body: Body) -> None:
    assert (
        body("Hi **{{ person.first_name }}**, _{{ account.plan }}_.")
        == "<p>Hi <strong>Lena</strong>, <em>pro</em>.</p>"
    )


@pytest.mark.parametrize(
    "name", ["**bold**", "[a](https://evil.example)", "# title", "<b>x</b>", "- item", "`code`", "a\n\nb"]
)
def test_markdown_in_a_value_stays_text(body: Body, name: str) -> None:
    html = body("Hi {{ person.name }}", context=rich(person={"name": name}))
    assert html.startswith("<p>Hi ")
    assert html.count("<") == 2


def test_a_loop_around_a_list_item_repeats_the_item_and_not_the_list(body: Body) -> None:
    html = squeezed(body("{% for step in missing %}\n- {{ step.label }}\n{% endfor %}"))
    assert html == "<ul><li>connected your data</li><li>sent a report</li></ul>"


def test_lists_and_loops_that_touch_are_one_list(body: Body) -> None:
    source = "- first\n{% for step in missing %}\n- {{ step.label }}\n{% endfor %}\n{% if account.plan %}\n- last\n{% endif %}\n"
    html = squeezed(body(source))
    assert html == "<ul><li>first</li><li>connected your data</li><li>sent a report</li><li>last</li></ul>"


def test_a_list_in_a_condition_is_not_there_when_the_condition_is_false(body: Body) -> None:
    source = "{% if missing %}\n{% for step in missing %}\n- {{ step.label }}\n{% endfor %}\n{% endif %}\nBye."
    assert squeezed(body(source, context=rich(missing=[]))) == "<p>Bye.</p>"


def test_a_loop_can_choose_between_items(body: Body) -> None:
    source = "{% for step in missing %}\n{% if step.name == 'report_sent' %}\n- R\n{% else %}\n- {{ step.label }}\n{% endif %}\n{% endfor %}"
    assert squeezed(body(source)) == "<ul><li>connected your data</li><li>R</li></ul>"


def test_a_loop_around_paragraphs_repeats_them(body: Body) -> None:
    html = squeezed(body("{% for step in missing %}\nOne: {{ step.label }}\n\n- a\n{% endfor %}"))
    assert html == "<p>One: connected your data</p><ul><li>a</li></ul><p>One: sent a report</p><ul><li>a</li></ul>"


def test_ticks_and_circles_make_a_checklist(body: Body) -> None:
    html = squeezed(body("- [x] {{ account.name }}\n- [ ] report"))
    assert html.startswith('<ul class="checklist"><li><span class="done">✓</span> Northwind</li>')
    assert '<span class="open">○</span> report' in html


def test_a_paragraph_inside_one_condition_leaves_nothing_behind(body: Body) -> None:
    assert body("{% if account.seats %}You have {{ account.seats }} seats.{% endif %}\n\nBye.") == "<p>Bye.</p>"


def test_an_item_inside_one_condition_leaves_nothing_behind(body: Body) -> None:
    assert squeezed(body("- one\n- {% if account.seats %}two{% endif %}\n")) == "<ul><li>one</li></ul>"


def test_a_condition_inside_a_sentence_stays_inside(body: Body) -> None:
    assert body("Good{% if account.plan %} old{% endif %} times.") == "<p>Good old times.</p>"


def test_a_choice_between_words_stays_in_its_paragraph(body: Body) -> None:
    assert body("{% if account.seats %}A{% else %}B{% endif %}") == "<p>B</p>"
    assert body("- {% if account.plan %}A{% elif account.seats %}B{% endif %}").count("<li>") == 1


def test_a_loop_in_a_sentence_stays_in_its_paragraph(body: Body) -> None:
    assert body("{% for step in missing %}{{ step.name }}. {% endfor %}").count("<p>") == 1


def test_two_conditions_in_one_paragraph_are_not_taken_for_one(body: Body) -> None:
    assert body("{% if account.plan %}A{% endif %} and {% if account.seats %}B{% endif %}") == "<p>A and </p>"


def test_a_remark_leaves_no_line_behind(body: Body) -> None:
    assert body("One\n{# nobody sees this #}\ntwo{# nor this #}.") == "<p>One\ntwo.</p>"


def test_a_value_can_be_set_and_used(body: Body) -> None:
    assert body("{% set who = account.name | upper %}\n\nDear {{ who }}") == "<p>Dear NORTHWIND</p>"


def test_a_link_takes_a_value(body: Body) -> None:
    html = body("[Open]({{ account.link }}) or [search](https://example.com/s?q={{ account.name }}&l=en)")
    assert '<a href="https://app.example.com/accounts/a1">Open</a>' in html
    assert 'href="https://example.com/s?q=Northwind&amp;l=en"' in html


def test_a_button_stands_in_a_table_and_leads_where_it_should(body: Body) -> None:
    html = body('Go:\n\n{{ button("Open " ~ account.name, account.link) }}\n\nBye.')
    assert '<a class="button-link" href="https://app.example.com/accounts/a1">Open Northwind</a>' in html
    assert "<p><table" not in html


@pytest.mark.parametrize("link", ["", None])
def test_a_button_without_a_link_is_not_there(body: Body, link: str | None) -> None:
    html = body('{{ button("Open", project.link) }}\n\nBye.', context=rich(project={"name": "Acme", "link": link}))
    assert html == "<p>Bye.</p>"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('Press {{ button("Open", account.link) }} now', "line of its own"),
        ('{{ button("Open") }}', "a label and a link"),
        ('{{ button("Open", account.link, 3) }}', "a label and a link"),
        ('{{ button("Open", account.link) | upper }}', "a label and a link"),
    ],
)
def test_a_wrong_button_is_told(body: Body, source: str, told: str) -> None:
    with pytest.raises(RenderError, match=told) as stopped:
        body(f"\n{source}\n")
    assert (stopped.value.reason, stopped.value.line) == ("syntax", 5)


def test_html_in_markdown_is_the_authors(body: Body) -> None:
    assert body('<div title="{{ account.name }}">x</div>') == '<div title="Northwind">x</div>'
