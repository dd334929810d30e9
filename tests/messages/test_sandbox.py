"""What a hostile template can reach: nothing. What it can use up: little."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import pytest

from firstwin.messages import limits
from firstwin.messages.error import RenderError
from tests.messages.examples import rich

Body = Callable[..., str]

# The ways out of Jinja2's sandbox that were published, and their relatives
ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ account['__class__']['__base__'] }}",
    "{{ account.__class__.__init__.__globals__ }}",
    "{{ account.items() }}",
    "{{ account.get('id') }}",
    "{{ account.clear() }}",
    "{{ missing.append(1) }}",
    "{{ missing.pop() }}",
    "{{ now.__class__.now() }}",
    "{{ now.replace(year=1) }}",
    "{{ self }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ config }}",
    "{{ request.application.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__.__globals__.os }}",
    "{{ namespace.__init__.__globals__.os }}",
    "{{ dict.mro() }}",
    "{{ range(3) }}",
    "{{ loop }}",
    "{% for x in missing %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in missing %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in missing recursive %}{{ loop(missing) }}{% endfor %}",
    "{{ '{0.__class__}'.format(account) }}",
    "{{ '{0.__class__}'.format_map(account) }}",
    "{{ '%s'|format(account) }}",
    "{{ ''.format.__self__ }}",
    "{{ ['{0.__class__}']|map('format', account)|first }}",
    "{{ missing|map(attribute='__class__')|list }}",
    "{{ missing|map(attribute='name.__class__') }}",
    "{{ missing|map('attr', '__class__') }}",
    "{{ missing|xmlattr }}",
    "{{ account|tojson }}",
    "{{ account|pprint }}",
    "{{ account.name|safe }}",
    "{{ account.name|urlize }}",
    "{{ account.name|_link }}",
    "{{ account.name | _whole }}",
    "{{ _meter }}",
    "{% set _meter = [10000000000] %}",
    "{{ account | looked at }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call m() %}{% endcall %}",
    "{% include 'mail/t.md' %}",
    "{% import 'mail/t.md' as t %}",
    "{% from 'mail/t.md' import x %}",
    "{% extends 'layouts/mail.html' %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape false %}{{ account.name }}{% endautoescape %}",
    "{% with x = 1 %}{{ x }}{% endwith %}",
    "{% set x %}text{% endset %}",
    "{% do account.clear() %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% set ns.x = 1 %}",
    "{{ account is callable }}",
    "{{ account is filter }}",
    "{{ account is sameas(subject) }}",
    "{{ (account.name).join }}",
    "{{ missing[0:1].__class__ }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ super() }}",
    "{{ account.name|upper(*missing) }}",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_a_way_out_of_the_sandbox_is_none(body: Body, source: str) -> None:
    context = rich()
    with pytest.raises(RenderError):
        body(source, context=context)
    assert context == rich()


def test_a_filter_that_asks_for_what_python_has_finds_nothing(body: Body) -> None:
    assert body("[{{ missing | selectattr('__class__') | join(', ') }}]") == "<p>[]</p>"


def test_a_property_may_be_called_like_a_method_of_python(body: Body) -> None:
    account = {"id": "a", "items": 3, "keys": "k", "get": "g", "__class__": "own"}
    source = "{{ account.items }} {{ account.keys }} {{ account.get }} {{ account['__class__'] }}"
    assert body(source, context=rich(account=account)) == "<p>3 k g own</p>"


BOMBS = [
    "{{ 'a' * 1000000000 }}",
    "{{ [1] * 1000000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 999999999999 * 999999999999 * 999999999999 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'a' | center(1000000000) }}",
    "{{ 'a'.ljust(1000000000) }}",
    "{{ 'a' | indent(1000000000) }}",
    "{{ 'a,,,,b' | replace(',', account.long) }}",
    "{{ account.long | replace('x', account.long) }}",
    "{{ missing | join(account.long ~ account.long) }}",
    "{% set s = account.long %}" + "{% set s = s ~ s %}" * 40 + "{{ s }}",
    "{% set s = account.long %}" + "{% set s = s + s %}" * 40 + "{{ s }}",
    "{% for a in account.many %}{% for b in account.many %}{% for c in account.many %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in account.many %}{{ account.long }}{% endfor %}",
    "{{ 1.5 | round(1000000000, 'ceil') }}",
    "{{ now | date('%1000000000d') }}",
    # what takes long although it makes little
    "{% for a in account.many %}{{ account.long | sort | first }}{% endfor %}",
    "{{ account.long | sort | first }}" * 1_900,
    "{% for a in account.many %}{% if 'y' in account.long %}{% endif %}{% endfor %}",
    "{% for a in account.many %}{% if account.many == account.other %}{% endif %}{% endfor %}" * 10,
    "{% for a in account.many %}" + "{% if a in account.many %}{% endif %}" * 990 + "{% endfor %}",
    "{% for a in account.many %}" + "{% if a %}{% endif %}" * 990 + "{% endfor %}",
    "{% for a in account.many %}{{ account.many | map('string') | join | length }}{% endfor %}",
    "{% for a in account.many %}{{ account.texts | map('sort') | map('first') | first }}{% endfor %}",
    "{{ account.texts | map('upper') | map('lower') | map('title') | join | length }}" * 1_900,
    "{{ account.texts | select('in', account.long) | first }}" * 1_900,
    "{% for a in account.many %}{{ account.blank }}{{ account.blank }}{% endfor %}",
    "{% for a in account.many %}{{ now | date('" + "%d" * 20_000 + "') | length }}{% endfor %}",
    "{% for a in account.many %}{{ account.many[::-1] | length }}{% endfor %}" * 9,
    "{{ account.id }}" * 2_002,
    "x" * 200_000 + " {{ account.nothing }}",
    # what takes much room although it puts out little
    "".join(f"{{% set a{n} = account.long ~ account.long ~ account.long %}}" for n in range(1_900)),
    "".join(f"{{% set a{n} = account.long + account.long %}}" for n in range(1_900)),
    "".join(f"{{% set a{n} = account.many[:] %}}" for n in range(1_900)),
    "".join(f"{{% set a{n} = account.many | sort %}}" for n in range(1_900)),
    "".join(f"{{% set a{n} = account.long | upper %}}" for n in range(1_900)),
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ " + "not " * 20000 + "1 }}",
    "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
]


@pytest.mark.parametrize("source", BOMBS, ids=lambda source: source[:40])
def test_a_template_cannot_eat_the_worker(body: Body, source: str) -> None:
    account = {
        "id": "a",
        "many": list(range(2100)),
        "other": list(range(2100)),
        "texts": ["x" * 500] * 1000,
        "long": "x" * 60_000,
        "blank": "\x01" * 60_000,
    }
    begun, before = time.process_time(), memory_peak()
    with pytest.raises(RenderError):
        body(source, context=rich(account=account))
    assert time.process_time() - begun < 60  # unmetered they take hours; on a machine that others use, too
    assert memory_peak() - before < 250_000_000


def memory_peak() -> int:
    """In bytes, since the process began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_loops_have_turns_enough_for_honest_work(body: Body) -> None:
    account = {"id": "a", "many": list(range(limits.TURNS))}
    assert body("{% for x in account.many %}{% endfor %}ok", context=rich(account=account)) == "<p>ok</p>"


def test_loops_know_where_they_are(body: Body) -> None:
    source = "{% for step in missing %}{{ loop.index }}/{{ loop.length }} {{ step.name }}{% if not loop.last %}, {% endif %}{% endfor %}"
    assert body(source) == "<p>1/2 data_connected, 2/2 report_sent</p>"


def test_a_loop_can_leave_out_members(body: Body) -> None:
    assert body("{% for s in missing if s.name != 'report_sent' %}{{ s.name }}{% endfor %}") == "<p>data_connected</p>"


def test_arithmetic_is_for_numbers(body: Body) -> None:
    assert body("{{ (account.mrr * 12 - 1) / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ 'a' + 'b' }}") == "<p>29999.5 3 1 ab</p>"
    with pytest.raises(RenderError, match="for numbers"):
        body("{{ account.name - 1 }}")


def test_the_harmless_filters_are_there(body: Body) -> None:
    source = (
        "{{ missing | map(attribute='label') | join('; ') | title }} {{ ' a ' | trim | upper }} {{ missing | length }}"
    )
    assert body(source) == "<p>Connected Your Data; Sent A Report A 2</p>"
