"""Filters and tests are looked at when a template is read, wherever they stand in it."""

from __future__ import annotations

import pytest
from jinja2 import TemplateSyntaxError

from firstwin.messages.environments import environments
from firstwin.messages.filters import must_be_known
from firstwin.messages.guard import NotAllowed
from tests.messages.examples import Project

TEXT = environments(Project()).text


def look(source: str) -> None:
    must_be_known(TEXT, TEXT.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ a | upper }}", "{{ a | default }}", "{{ a | default('x') }}", "{{ a | date }}", "{{ a | date('%d') }}",
        "{{ a | plural('day') }}", "{{ a | plural('day', many='days') }}", "{{ a | sort(attribute='x') | first }}",
        "{{ a | map(attribute='x') | join(', ') }}", "{{ a | truncate(20, true) }}", "{{ a | abs | int }}",
        "{% if a is defined and a is not none and a is eq 3 and a in [1] %}x{% endif %}", "{{ a | replace('x', 'y') }}",
    ],
)  # fmt: skip
def test_what_there_is_may_be_used_as_it_takes_it(source: str) -> None:
    look(source)


@pytest.mark.parametrize("source", ["{{ a | nope }}", "{% if a %}{{ b | nope }}{% endif %}", "{{ 1 if a is nope }}"])
def test_one_that_there_is_not_is_refused_wherever_it_stands(source: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="named 'nope'"):
        look(source)


@pytest.mark.parametrize(
    ("source", "right"),
    [
        ("\n{{ a | upper(1) }}", "Write `upper`."),
        ("\n{{ a | default('x', true) }}", "Write `default(fallback)`."),
        ("\n{{ a | replace('x') }}", "Write `replace(old, new)`."),
        ("\n{{ a | sort(by='x') }}", "Write `sort(reverse, case_sensitive, attribute)`."),
        ("\n{% if a is eq %}x{% endif %}", "Write `eq(b)`."),
    ],
)
def test_one_that_gets_something_else_is_refused_with_what_it_takes(source: str, right: str) -> None:
    with pytest.raises(NotAllowed) as told:
        look(source)
    assert told.value.line == 2
    assert right in told.value.message
