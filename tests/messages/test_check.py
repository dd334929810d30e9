"""Mistakes in templates, told before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from firstwin.messages.check import Use, check_templates
from firstwin.rules.problems import Problem
from tests.messages.conftest import Write

USE = Use("r", "email", "t", "service")


def told(write: Write, files: Mapping[str, str], *uses: Use) -> list[str]:
    return [str(problem) for problem in check_templates(write(files), uses)]


def of_mail(write: Write, body: str, head: str = "subject: x") -> list[str]:
    return told(write, {"mail/t.md": f"---\n{head}\n---\n{body}"}, USE)


def test_a_good_template_has_no_problem(write: Write) -> None:
    body = (
        "Hi {{ person | first_name }}, {{ start.at | date }} {{ account.id }} {{ project.name }} {{ missing | length }}"
    )
    assert of_mail(write, body) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{{ acount.id }}", "templates/mail/t.md:4:4 There is nothing called “acount”. Did you mean `account.id`?"),
        ("{{ acount.plan }}", "templates/mail/t.md:4:4 There is nothing called “acount”. Did you mean `account.plan`?"),
        ("{{ acount }}", "templates/mail/t.md:4:4 There is nothing called “acount”. Did you mean `account`?"),
        ("a\nb {{ subject.name }}", "templates/mail/t.md:5:6 There is no “subject.name”. It has id, kind."),
        ("{{ why.text }}", "templates/mail/t.md:4:4 “why” is one value; there is no “text” in it."),
        (
            "{% for s in missing %}{{ s.lable }}{% endfor %}",
            "templates/mail/t.md:4:1 There is no “missing.lable”. Did you mean `label`?",
        ),
        ("{{ words.offer }}", "templates/mail/t.md:4:4 There is no “words.offer”. It has nothing."),
        (
            "a {{ account.plan }}",
            (
                "templates/mail/t.md:4:6 warning: Where “account.plan” is missing, this message is not sent."
                ' Give a word for that case: {{ account.plan | default("…") }}.'
            ),
        ),
        ("{{ account.id | uper }}", "templates/mail/t.md:4:4 There is no filter “uper”. Did you mean `upper`?"),
        (
            "a\n\n{{ account. }}",
            "templates/mail/t.md:6:4 A name is missing behind a dot. Write `{{ account.plan }}`, for example.",
        ),
        (
            "{% include 'x' %}",
            "templates/mail/t.md:4:1 A template has “if”, “for”, “set” and “block”; it has nothing called “include”.",
        ),
    ],
)
def test_a_mistake_is_told_with_line_and_column(write: Write, body: str, problem: str) -> None:
    assert of_mail(write, body) == [problem]


def test_every_mistake_of_a_template_is_told_at_once(write: Write) -> None:
    problems = of_mail(write, "{{ acount.id }} {{ subject.name }}", "subject: {{ projekt.name }}")
    assert [problem.split(" ")[0] for problem in problems] == [
        "templates/mail/t.md:2:13",
        *["templates/mail/t.md:4:4", "templates/mail/t.md:4:20"],
    ]


def test_every_mistake_of_a_head_is_told_at_once(write: Write) -> None:
    assert len(of_mail(write, "", "subjekt: x\nlay: y")) == 2


def test_a_mail_without_a_subject_is_told(write: Write) -> None:
    (problem,) = told(write, {"mail/t.md": "Hello"}, USE)
    assert "The mail has no subject" in problem


def test_customer_mail_needs_a_place_for_the_unsubscribe_link(write: Write) -> None:
    files = {"mail/t.md": "---\nsubject: x\n---\n"}
    with_place = {
        **files,
        "layouts/mail.html": "{% block content %}{% endblock %}{% if unsubscribe_link %}x{% endif %}",
    }
    marketing = Use("r", "email", "t", "marketing")
    assert told(write, files, USE) == []
    for uses in ((USE, marketing), (marketing,), ()):
        (problem,) = [one for one in check_templates(write(files), uses) if "No rule uses" not in one.message]
        assert (problem.severity, "no place for the unsubscribe link" in problem.message) == ("error", True)
    assert told(write, with_place, marketing) == []


def test_a_template_that_no_rule_uses_is_told(write: Write) -> None:
    files = {
        "alert/a.md": "---\ntitle: x\nnext_step: y\n---\n",
        "webhook/w.json": '{"type": "t", "data": {"a": "{{ nope }}"}}',
    }
    assert told(write, files) == [
        "templates/alert/a.md:1:1 warning: No rule uses this template.",
        "templates/webhook/w.json:1:1 warning: No rule uses this template.",
        "templates/webhook/w.json:1:33 There is nothing called “nope”.",
    ]
    assert told(write, files, Use("r", "alert", "a", "alert"), Use("r", "webhook", "w", "alert"))[1:] == []


def test_what_every_rule_is_sure_of_needs_no_other_word(write: Write) -> None:
    files = {"mail/t.md": "---\nsubject: x\n---\n{{ start.date }} {{ start.plan }}"}
    one, other = (
        Use("r", "email", "t", "service", frozenset(sure)) for sure in ({"start.date", "start.plan"}, {"start.date"})
    )

    assert told(write, files, one) == []
    (problem,) = told(write, files, one, other)
    assert "Where “start.plan” is missing" in problem


def test_a_class_that_the_rule_does_not_share_is_told(write: Write) -> None:
    mail = "---\nsubject: x\nclass: service\n---\n{{ unsubscribe_link }}\n"
    (problem,) = told(write, {"mail/t.md": mail}, Use("r", "email", "t", "marketing"))
    assert "“class: service”, and the rule “r” “marketing”" in problem


def test_files_that_are_never_read_are_told(write: Write) -> None:
    files = {
        "mail/t.md": "---\nsubject: x\n---\n",
        "mail/t.html": "---\nsubject: x\n---\n",
        "mail/note.txt": "x",
        "mail/.hidden": "x",
    }
    problems = check_templates(write(files), [USE])
    assert [(problem.file, problem.severity) for problem in problems] == [
        ("templates/mail/note.txt", "warning"),
        ("templates/mail/t.md", "error"),
    ]


def test_a_mistake_in_a_layout_is_told_once_and_where_it_is(write: Write) -> None:
    layout = "<body>\n{{ projekt.name }}{% block content %}{% endblock %}</body>"
    files = {"layouts/mail.html": layout, "mail/t.md": "---\nsubject: x\n---\n", "mail/u.md": "---\nsubject: x\n---\n"}
    problems = check_templates(write(files), [USE, Use("r", "email", "u", "service")])
    expected = Problem(
        "templates/layouts/mail.html", 2, 1, "There is nothing called “projekt”.", "Did you mean `project.name`?"
    )
    assert problems == (expected,)
