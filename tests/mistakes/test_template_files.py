"""What can be wrong in a template, each told with its file, its line, and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mistakes.given import Spoil, told

pytestmark = pytest.mark.usefixtures("bare")

MAIL, ALERT, LAYOUT, PAGE = "mail/welcome.md", "alert/new-account.md", "layouts/mail.html", "pages/unsubscribe.html"
LINK = "<p>{{ unsubscribe_link }}</p>"
GOOD_LAYOUT = "<html>{% block content %}{% endblock %}" + LINK + "</html>"


def file(name: str, content: str | bytes) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / "templates" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return spoil


def mail(body: str) -> Spoil:
    """Its body begins in line 4."""
    return file(MAIL, f"---\nsubject: Welcome\n---\n{body}\n")


def head(*lines: str) -> Spoil:
    """It begins in line 2."""
    return file(MAIL, "\n".join(["---", *lines, "---", "Hello"]))


def alert(*lines: str) -> Spoil:
    return file(ALERT, "\n".join(["---", *lines, "---", "Hello"]))


def layout(text: str) -> Spoil:
    return file(LAYOUT, text)


def page(body: str) -> Spoil:
    return file(PAGE, f"---\ntitle: Mails\n---\n{body}\n")


def gone(name: str) -> Spoil:
    return lambda folder: (folder / "templates" / name).unlink()


def a_folder(folder: Path) -> None:
    (folder / "templates" / MAIL).unlink()
    (folder / "templates" / MAIL).mkdir()


NO_CALL = "A template cannot call anything. Filters stand behind a bar: {{ name | upper }}."
HAS = "A template has “if”, “for”, “set” and “block”; it has nothing called "
NO_SUBJECT = "The mail has no subject. It begins with a head: ---, subject: …, ---."
NO_LINK = "This mail has no place for the unsubscribe link"
NO_PLACE = "This layout has no place for what is written in it. Write {% block content %}{% endblock %} there."
MISTAKES: dict[str, tuple[Spoil, str, int, str]] = {
    # braces
    "an open value": (mail("a\n{{ person | first_name"), MAIL, 5, "`{{` is opened and never closed. Write `}}`"),
    "one brace for two": (mail("a\n{{ person | first_name }"), MAIL, 5, "Write `{{ person | first_name }}`."),
    "three braces for two": (mail("{{{ why }}}"), MAIL, 4, "Three braces are one too many. Write `{{ why }}`"),
    "an open condition": (mail("a\n{% if person"), MAIL, 5, "`{%` is opened and never closed. Write `%}`"),
    "an open remark": (mail("a\n{# later"), MAIL, 5, "A remark is opened and never closed. Write `#}`"),
    "nothing in braces": (mail("{{ }}"), MAIL, 4, "Write the name of a value: `{{ account.plan }}`."),
    "a condition in a value's braces": (mail("{{ if why }}"), MAIL, 4, "Write `{% if why %}`."),
    # statements
    "an if without an end": (mail("a\n{% if why %}b"), MAIL, 5, "Write `{% endif %}` where it ends."),
    "a for without an end": (mail("{% for step in missing %}b"), MAIL, 4, "Write `{% endfor %}` where it ends."),
    "an end of nothing": (mail("a\n\n{% endif %}"), MAIL, 6, "belongs to nothing before it. Take it out"),
    "the end of another": (mail("{% if why %}{% endfor %}"), MAIL, 4, "Write `{% endif %}` before it."),
    "an else of nothing": (mail("{% else %}"), MAIL, 4, "belongs to nothing before it. Take it out"),
    "another language's elif": (mail("{% if why %}a{% elseif why %}b{% endif %}"), MAIL, 4, "Write `{% elif %}`."),
    "another language's end": (mail("{% fi %}"), MAIL, 4, "There is no `{% fi %}`. Write `{% endif %}`."),
    "a statement that there is not": (mail("{% do x %}"), MAIL, 4, "There are `if`, `for`, `set` and `block`"),
    "a for in nothing": (mail("{% for step %}{% endfor %}"), MAIL, 4, "Write `{% for step in missing %}`."),
    "a set of nothing": (mail("{% set offer %}"), MAIL, 4, 'Write one behind `=`: `{% set offer = "a month on us" %}`.'),
    "one sign for a comparison": (mail("{% if why = 'x' %}a{% endif %}"), MAIL, 4, "Write two: `{% if why == 'x' %}`."),
    "another language's and": (mail("{% if why && why %}a{% endif %}"), MAIL, 4, "`&` is no word here. Write `and`."),
    "another language's not": (mail("{% if !why %}a{% endif %}"), MAIL, 4, "`!` is no word here. Write `not`"),
    "a file of another's": (mail("{% include '../../.env' %}"), MAIL, 4, HAS + "“include”."),
    "a library": (mail("{% import 'os' as os %}"), MAIL, 4, HAS + "“import”."),
    "a macro": (mail("{% macro x() %}{% endmacro %}"), MAIL, 4, HAS + "“macro”."),
    "another frame": (mail("{% extends 'mail' %}"), MAIL, 4, HAS + "“extends”."),
    "raw": (mail("{% raw %}x"), MAIL, 4, 'A template has no “raw”; write {{ "{{" }} for two braces.'),
    # values
    "two words": (mail("{{ person name }}"), MAIL, 4, "Did you mean `{{ person.name }}`?"),
    "a name that ends in a dot": (mail("{{ person. }}"), MAIL, 4, "A name is missing behind a dot."),
    "a typographic quote": (mail("{{ person | default(“x”) }}"), MAIL, 4, 'Write a straight one: `"`.'),
    "an open quote": (mail("{{ 'abc }}"), MAIL, 4, "A quote is opened and never closed."),
    "an open bracket": (mail("{{ why | default('x' }}"), MAIL, 4, "Write `)` where what begins with `(` ends."),
    "a value of another name": (mail("Hi {{ persn.name }}"), MAIL, 4, "Did you mean `person.name`?"),
    "a part of a single value": (mail("{{ why.text }}"), MAIL, 4, "“why” is one value; there is no “text” in it."),
    "a part that there is not": (mail("{% for s in missing %}{{ s.lable }}{% endfor %}"), MAIL, 4, "Did you mean `label`?"),
    "settings": (mail("{{ config }}"), MAIL, 4, "There is nothing called “config”."),
    "a name set elsewhere": (mail("{% if why %}{% set x = 1 %}{% endif %}{{ y }}"), MAIL, 4, "nothing called “y”"),
    "an underscore": (mail("{{ _self }}"), MAIL, 4, "A name cannot begin with an underscore: “_self”."),
    "a call": (mail("{{ person() }}"), MAIL, 4, NO_CALL),
    "a method": (mail("{{ why.upper() }}"), MAIL, 4, NO_CALL),
    "a way out": (mail("{{ ''.__class__.__mro__[1].__subclasses__() }}"), MAIL, 4, NO_CALL),
    "a billion turns": (mail("{% for i in range(1000000000) %}x{% endfor %}"), MAIL, 4, NO_CALL),
    "a number without an end": (mail("{{ 9 ** 9 ** 9 }}"), MAIL, 4, "A template has no “**”."),
    "500 brackets": (mail("{{ " + "(" * 500 + "1" + ")" * 500 + " }}"), MAIL, 1, "nested too deeply"),
    "150 conditions": (mail("{% if why %}" * 150 + "{% endif %}" * 150), MAIL, 1, "nested too deeply"),
    # filters
    "no filter": (mail("{{ person | }}"), MAIL, 4, "Behind `|` a word is missing. Write how it is to read"),
    "a filter of another name": (mail("{{ person | frist_name }}"), MAIL, 4, "Did you mean `first_name`?"),
    "a filter that is seldom come to": (mail("{% if why == 'x' %}{{ why | nope }}{% endif %}"), MAIL, 4, "no filter “nope”"),
    "a filter to get out by": (mail("{{ person | attr('__class__') }}"), MAIL, 4, "no filter “attr”. Those that there are"),
    "a filter that gets too much": (mail("{{ person | first_name(1, 2) }}"), MAIL, 4, "Write `first_name(fallback)`."),
    "a filter that gets too little": (mail("{{ 3 | plural }}"), MAIL, 4, "Write `plural(one, many)`."),
    "a filter's value of another name": (mail("{{ why | default(fallbak='x') }}"), MAIL, 4, "Write `default(fallback)`."),
    "a test that there is not": (mail("{% if why is emtpy %}x{% endif %}"), MAIL, 4, "There is no test “emtpy”. Write `{% if"),
    # links
    "a link within": (mail("a\n\n[x](/reports)"), MAIL, 6, "“/reports” is not a link that a mail may have"),
    "a link without a beginning": (mail("[x](www.example.com)"), MAIL, 4, "it begins with https://"),
    "a picture from nowhere": (mail("![x](http://)"), MAIL, 4, "“http://” is not a link that a mail may have"),
    # heads
    "no head": (file(MAIL, "Hello\n"), MAIL, 1, NO_SUBJECT),
    "a head that does not end": (file(MAIL, "---\nsubject: x\nHello\n"), MAIL, 1, NO_SUBJECT),
    "no subject": (head("preheader: x"), MAIL, 1, NO_SUBJECT),
    "an empty subject": (head('subject: ""'), MAIL, 1, NO_SUBJECT),
    "a subject of another name": (head("sbject: x"), MAIL, 2, "Did you mean `subject`?"),
    "two subjects": (head("subject: a", "subject: b"), MAIL, 3, "Keep one of them."),
    "a subject with a colon": (head("subject: Welcome: you"), MAIL, 2, "Put a text that holds a colon in quotes"),
    "a subject in brackets": (head("subject: [Acme]"), MAIL, 2, "“subject” is one text. Put it in quotes"),
    "a subject in braces": (head("subject: {a: b}"), MAIL, 2, "“subject” is one text. Put it in quotes"),
    "a filter in the subject": (head('subject: "{{ why | nope }}"'), MAIL, 2, "There is no filter “nope”."),
    "an open value in the subject": (head('subject: "{{ why"'), MAIL, 2, "`{{` is opened and never closed."),
    "a head that is a list": (head("- subject"), MAIL, 2, "The head of a template is a list of settings."),
    "a tab": (head("subject: x", "\tpreheader: y"), MAIL, 3, "tab"),
    "an instruction": (head("subject: !!python/object/apply:os.system ['id']"), MAIL, 2, "an instruction to the YAML reader"),
    "a reference": (head("subject: x", "preheader: *a"), MAIL, 3, "refers to another place"),
    "words in a list": (head("subject: x", "words: [a]"), MAIL, 3, "The words are names with a text each"),
    "a layout that there is not": (head("subject: x", "layout: mial"), MAIL, 3, "no layout “mial” in templates/layouts. Did you mean `mail`?"),
    "a layout elsewhere": (head("subject: x", "layout: ../../.env"), MAIL, 3, "no layout “../../.env” in templates/layouts"),
    # alerts
    "an alert without a title": (alert("next_step: x"), ALERT, 1, "The alert has no “title” in its head"),
    "an alert without a step": (alert("title: x"), ALERT, 1, "The alert has no “next_step” in its head"),
    "an alert with a subject": (alert("title: x", "next_step: y", "subject: z"), ALERT, 4, "head has no “subject”"),
    "fields that are a number": (alert("title: x", "next_step: y", "fields: 5"), ALERT, 4, "The fields are a list"),
    "11 fields": (alert("title: x", "next_step: y", "fields:", *["- A: b"] * 11), ALERT, 5, "An alert has at most 10 fields"),
    "a link that is a program": (alert("title: x", "next_step: y", "link: javascript:alert(1)"), ALERT, 4, "not a link that an alert may have"),
    "a title in braces": (alert("title: {a: b}", "next_step: y"), ALERT, 2, "“title” is one text."),
    # layouts and pages
    "a layout without a place": (layout("<html>" + LINK + "</html>"), LAYOUT, 1, NO_PLACE),
    "a layout with another place": (layout(GOOD_LAYOUT.replace("content", "contents")), LAYOUT, 1, NO_PLACE),
    "a layout without a link": (layout(GOOD_LAYOUT.replace(LINK, "")), MAIL, 1, NO_LINK),
    "an open layout": (layout(GOOD_LAYOUT + "\n\n{% if x"), LAYOUT, 3, "Write `%}` where it ends."),
    "a layout with a value of another name": (layout(GOOD_LAYOUT + "\n{{ nobody }}"), LAYOUT, 2, "nothing called “nobody”"),
    "a value in a style sheet": (layout("<style>{{ why }}</style>" + GOOD_LAYOUT), LAYOUT, 1, "This cannot stand inside <style>."),
    "a block that no layout has": (mail("{% block footer %}x{% endblock %}"), MAIL, 4, "The layout has no block “footer”."),
    "no layout": (gone(LAYOUT), MAIL, 2, "There is no layout “mail” in templates/layouts."),
    "a page without a button": (page("<p>Goodbye</p>"), PAGE, 4, "This page has no way to unsubscribe."),
    "an open page": (page("\n{% if"), PAGE, 5, "`{%` is opened and never closed."),
    "a page that there is not": (file("pages/left.html", "x"), "pages/left.html", 1, "There is no page “left”."),
    # files
    "a NUL": (mail("a\n\nb\0c"), MAIL, 6, "an invisible control character (U+0000) in this line. Delete it."),
    "a bell in the subject": (head("subject: a\7b"), MAIL, 2, "an invisible control character (U+0007)"),
    "Latin-1": (file(MAIL, "---\nsubject: Ärzte\n---\n".encode("latin1")), MAIL, 1, "not text in UTF-8; save it as such"),
    "UTF-16": (file(MAIL, "---\nsubject: x\n---\n".encode("utf16")), MAIL, 1, "not text in UTF-8; save it as such"),
    "nothing": (file(MAIL, ""), MAIL, 1, NO_SUBJECT),
    "3 MB": (mail("x" * 3_000_000), MAIL, 1, "A template is at most 256,000 bytes."),
    "another of the same name": (file("mail/welcome.html", "<p>x</p>"), MAIL, 1, "has the same name. Keep one of them."),
    "a folder": (a_folder, MAIL, 1, "This is not a file. Put the file itself there, or delete it."),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_line(folder: Path, name: str) -> None:
    spoil, at, line, why = MISTAKES[name]
    spoil(folder)
    said = " ".join(told(folder, "check").split())
    place, next_one = rf"templates/{re.escape(at)}:{line}:\d+", r"(templates|rules)/\S+:\d+:\d+"
    assert re.search(rf"{place} ((?!{next_one}).)*{re.escape(why)}", said), said


@pytest.mark.parametrize("name", [MAIL, ALERT])
def test_a_template_that_is_gone_is_told_where_it_is_used(folder: Path, name: str) -> None:
    gone(name)(folder)
    said = told(folder, "check")
    assert re.search(rf"rules/welcome\.yaml:\d:13 There is no template templates/{name}", said), said
