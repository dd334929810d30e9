"""What the author of a template is told where it cannot be read: in words, with its place, and with what to write."""

from __future__ import annotations

import pytest

from firstwin.messages.check import Use, check_templates
from firstwin.messages.mistaken import Code, in_words, opened_and_never_closed
from tests.messages.conftest import Write

USE = Use("r", "email", "t", "service")
ONE_VALUE = 'Write one value, and behind `|` how it is to read: `{{ account.name | default("there") }}`.'
TOLD = {  # behind “Dear ”, which takes five letters of line 5
    "{{ person.name , welcome": "6 `{{` is opened and never closed. Write `}}` where it ends.",
    "{{ person.name\n\n{{ account.id }}": "6 `{{` is opened and never closed. Write `}}` where it ends.",
    "{% if account.id\n": "6 `{%` is opened and never closed. Write `%}` where it ends.",
    "{{ account.id }": "9 `{{` is closed by two braces, and here is one. Write `{{ account.id }}`.",
    "{{{ account.id }}}": "8 Three braces are one too many. Write `{{ account.id }}`.",
    "{% if account.id % }x{% endif %}": "9 `{%` is closed by `%}`, without a space between the two. Write `{% if account.id %}`.",
    "{{ account plan }}": "9 `{{ account plan }}` is two words. Did you mean `{{ account.plan }}`?",
    "{{ account.id | first name }}": f"9 `{{{{ account.id | first name }}}}` holds more than one value. {ONE_VALUE}",
    "{{ if account.id }}": "9 Between `{{` and `}}` stands a value, and no condition. Write `{% if account.id %}`.",
    "{{ }}": "1 There is nothing between the braces. Write the name of a value: `{{ account.plan }}`.",
    "{% %}": "1 There is nothing between `{%` and `%}`. Write `{% if account.plan %}`, for example.",
    "{% if %}x{% endif %}": "9 `{% if %}` does not say what. Write `{% if account.plan %}`, for example.",
    "{{ account..plan }}": "9 A name is missing behind a dot. Write `{{ account.plan }}`, for example.",
    "{{ account.id | }}": "9 Behind `|` a word is missing. Write how it is to read, like `| date`, or take the bar out.",
    "{{ account.id & x }}": "9 `&` is no word here. Write `and`.",
    "{{ account.id | default(“x”) }}": '9 A typographic quote is no quote here. Write a straight one: `"`.',
    "{{ account.id | default('x) }}": "9 A quote is opened and never closed. Write the same sign at the end of its text, too.",
    "{{ account.id | default('x' }}": "9 A bracket is opened and never closed: `{{ account.id | default('x' }}`. Write `)` where what begins with `(` ends.",
    "{% if (account.id %}x{% endif %}": "9 A bracket is opened and never closed: `{% if (account.id %}`. Write `)` where what begins with `(` ends.",
    "{{ $account.id }}": "9 A name stands without a sign before it. Write it alone: `{{ account.plan }}`.",
    "{{#if account.id}}x{{/if}}": "8 A condition stands in other braces. Write `{% if account.plan %}` … `{% endif %}`.",
    "{{ account.id § x }}": "9 “§” means nothing between braces. Text of your own stands outside of them.",
    "{% if account.id = 1 %}x{% endif %}": "9 One `=` does not compare. Write two: `{% if account.id == 1 %}`.",
    "{% if account.id account.plan %}x{% endif %}": "9 `{% if account.id account.plan %}` goes on where it should end. Join two conditions with `and` or `or`; a text stands in quotes.",
    "{% if account.id > %}x{% endif %}": "9 `{% if account.id > %}` ends too early. Write what belongs behind `>`, or take it out.",
    "{{ account.id or }}": "9 `{{ account.id or }}` ends too early. Write what belongs behind `or`, or take it out.",
    "{% if account.id %}x": "9 `{% if … %}` is opened and never closed. Write `{% endif %}` where it ends.",
    "{% set x %}": '9 This `{% set %}` gives no value. Write one behind `=`: `{% set offer = "a month on us" %}`.',
    "{% for a missing %}{% endfor %}": "9 This `{% for %}` does not say in what. Write `{% for step in missing %}`.",
    "{% for a in missing %}{% if a %}{% endfor %}": "41 `{% endfor %}` comes while `{% if … %}` is open. Write `{% endif %}` before it.",
    "{% endif %}": "9 `{% endif %}` belongs to nothing before it. Take it out, or write where it begins: `{% if … %}`.",
    "{% if account.id %}x{% end %}": "29 There is no `{% end %}`. Write `{% endif %}`.",
    "{% if account.id %}x{% elseif why %}{% endif %}": "29 There is no `{% elseif %}`. Write `{% elif %}`.",
    "{% endiff %}": "9 There is no `{% endiff %}`. Did you mean `endif`?",
    "{% vers %}": "9 There is no `{% vers %}`. There are `if`, `for`, `set` and `block`, each with its end.",
    "{# a remark": "1 A remark is opened and never closed. Write `#}` where it ends.",
    "{{ account.id is emty }}": '9 There is no test “emty”. Write `{% if account.plan %}`, or compare: `{% if account.plan == "pro" %}`.',
    "{{ account.id | uper }}": "9 There is no filter “uper”. Did you mean `upper`?",
}  # fmt: skip


@pytest.mark.parametrize("body", TOLD)
def test_it_is_told_in_words(write: Write, body: str) -> None:
    templates = write({"mail/t.md": f"---\nsubject: x\n---\nHello\nDear {body}\n\nBye {{{{ account.id }}}}\n"})
    (problem,) = check_templates(templates, [USE])
    assert str(problem) == f"templates/mail/t.md:5:{TOLD[body]}"


def test_the_line_is_that_in_which_it_was_opened(write: Write) -> None:
    body = "{% if account.id %}a{% endif %}\n\n{% for a in missing %}\n{% if a %}b\n{% endif %}\n\nBye\n"
    (problem,) = check_templates(write({"mail/t.md": f"---\nsubject: x\n---\n{body}"}), [USE])
    assert str(problem).startswith("templates/mail/t.md:6:4 `{% for … %}` is opened and never closed.")


def test_what_has_its_end_is_not_taken_for_open() -> None:
    assert opened_and_never_closed("{% set a = 1 %}\n{% if a %}{% endif %}\n{% if b %}\nc") == 3
    assert opened_and_never_closed("a\nb") == 2


def test_what_nobody_has_thought_of_is_told_without_a_programmers_words() -> None:
    told = in_words("expected token 'lparen', got 'x'", Code("a very long " * 9))
    assert told == f"`{{{{ {'a very long ' * 5}… }}}}` cannot be read. {ONE_VALUE}"
