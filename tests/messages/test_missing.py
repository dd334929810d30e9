"""What is missing may be asked about, and not printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from tests.messages.examples import rich

Body = Callable[..., str]


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("{{ account.seats | default('some') }}", "some"),
        ("{{ account.seats or 'some' }}", "some"),
        ("{{ account.owner.name | default('nobody') }}", "nobody"),
        ("{{ account.empty | default('some') }}", "some"),
        ("{{ contact.name | default('x') }}", "x"),
        ("{% if account.seats %}a{% else %}b{% endif %}", "b"),
        ("{% if account.owner.name %}a{% else %}b{% endif %}", "b"),
        ("{% if not account.seats %}b{% endif %}", "b"),
        ("{% if account.seats is defined %}a{% else %}b{% endif %}", "b"),
        ("{{ 'a' if account.seats else 'b' }}", "b"),
        ("{% if account.seats == 3 %}a{% else %}b{% endif %}", "b"),
        ("{% if account.seats != 3 %}a{% else %}b{% endif %}", "b"),
        ("{% if account.seats > 3 or account.seats <= 3 %}a{% else %}b{% endif %}", "b"),
        ("{% if account.plan in ['free', account.seats] %}a{% else %}b{% endif %}", "b"),
    ],
)
def test_a_missing_value_may_be_asked_about(body: Body, source: str, made: str) -> None:
    account = {"id": "a1", "plan": "pro", "empty": " ", "nothing": None}
    assert body(source, context=rich(account=account, contact=None)) == f"<p>{made}</p>"


@pytest.mark.parametrize(
    "source",
    [
        "{{ account.seats }}",
        "{{ account.nothing }}",
        "{{ account.owner.name }}",
        "{{ account.seats | upper }}",
        "{{ account.seats ~ 'x' }}",
        "{{ account.seats + 1 }}",
        "{{ account.seats | date }}",
        "{{ account.seats | money }}",
        "{{ account.seats | length }}",
        "{% for x in account.seats %}{% endfor %}",
        "[x]({{ account.seats }})",
        "[x](https://example.com/{{ account.seats }})",
        "{{ contact }}",
        "{{ contact.name }}",
    ],
)
def test_a_missing_value_cannot_be_used(body: Body, source: str) -> None:
    with pytest.raises(RenderError) as stopped:
        body(f"One\n\n{source}", context=rich(account={"id": "a1", "nothing": None}, contact=None))
    assert (stopped.value.reason, stopped.value.line) == ("missing_value", 6)


def test_the_author_is_told_how_to_write_for_the_case(body: Body) -> None:
    with pytest.raises(RenderError) as stopped:
        body("Hello\nyou on {{ account.owner.name }}")
    assert str(stopped.value) == (
        "templates/mail/t.md:5: “account.owner.name” is missing here. Give a word for that case,"
        ' {{ account.owner.name | default("…") }}, or put {% if account.owner.name %} … {% endif %} around the sentence.'
    )


@pytest.mark.parametrize(
    "source", ["{{ acount.name }}", "{% if acount %}x{% endif %}", "{% if acount.name %}x{% endif %}"]
)
def test_a_name_that_no_message_has_is_a_slip_of_the_pen(body: Body, source: str) -> None:
    with pytest.raises(RenderError, match=r"There is nothing called “acount”\. Did you mean `account`\?"):
        body(source)
