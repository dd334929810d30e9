"""The filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.words import first_name, money, number, plural, sentence
from tests.messages.examples import NOW, rich

Body = Callable[..., str]


@pytest.mark.parametrize(
    ("person", "called"),
    [
        ({"first_name": "Lena"}, "Lena"),
        ({"name": "Lena Ortiz"}, "Lena"),
        ({"first_name": " Anne Marie "}, "Anne Marie"),
        ({"first_name": "O'Neil-Ünal"}, "O'Neil-Ünal"),
        ({"first_name": "", "name": "Lena"}, "Lena"),
        ({}, "there"),
        (None, "there"),
        ("Lena", "Lena"),
        ({"first_name": "lena@northwind.example"}, "there"),
        ({"first_name": "https://evil.example"}, "there"),
        ({"first_name": "evil.example"}, "there"),
        ({"first_name": "You won 500$"}, "there"),
        ({"first_name": "x" * 31}, "there"),
        ({"first_name": "{{name}}"}, "there"),
        ({"first_name": " , "}, "there"),
    ],
)
def test_a_person_is_called_by_a_first_name_or_not_at_all(person: object, called: str) -> None:
    assert first_name(person) == called


def test_the_stand_in_for_a_first_name_can_be_chosen(body: Body) -> None:
    assert body('{{ person | first_name("Hello") }}', context=rich(person={})) == "<p>Hello</p>"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567, "1,234,567"), (0.5, "0.5"), (1234.5678, "1,234.57"), ("42", "42"), (-3.0, "-3"), (100, "100")],
)
def test_numbers_have_their_thousands_apart(value: object, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (5000, "USD", "$5,000"),
        (5000.5, "eur", "€5,000.50"),
        (-12, "GBP", "-£12"),
        (99.9, "CHF", "99.90 CHF"),
        ("1000", "", "1,000"),
        (0, "USD", "$0"),
    ],
)
def test_money_shows_cents_only_where_there_are_some(value: object, currency: str, text: str) -> None:
    assert money(value, currency) == text


def test_counts_agree_with_their_nouns() -> None:
    assert [plural(1, "step"), plural(3, "step"), plural(0, "reply", "replies")] == ["1 step", "3 steps", "0 replies"]


def test_a_sentence_begins_large_and_ends_with_a_stop() -> None:
    assert [sentence("signed up "), sentence("Why?"), sentence("")] == ["Signed up.", "Why?", ""]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ since | date }}", "18 March 2026"),
        ("{{ since | date_time }}", "18 March 2026, 05:30 EDT"),
        ("{{ account.created_at | date }}", "6 March 2026"),
        ("{{ '2026-04-01' | date }}", "1 April 2026"),
        ("{{ '2026-04-01' | date_time }}", "1 April 2026"),
        ("{{ since | date('%A, %e %B') }}", "Wednesday, 18 March"),
        ("{{ since | date('%a %b %d.%m.%y %H:%M%%') }}", "Wed Mar 18.03.26 05:30%"),
        ("{{ since | ago }}", "2 days ago"),
        ("{{ '2026-04-01T00:00:00Z' | ago }}", "in 11 days"),
        ("{{ '2026-03-19' | ago }}", "29 hours ago"),
        ("{{ since | duration }}", "2 days"),
        ("{{ 7200 | duration }}", "2 hours"),
        ("{{ 'data_connected' | humanise }}", "connected your data"),
        ("{{ 'Order Completed' | humanise }}", "Order Completed"),
        ("{{ 'report_sent' | humanise }}", "report sent"),
        ("{{ 2.567 | round(1) }}", "2.6"),
        ("{{ 2.567 | round }}", "3"),
        ("{{ missing | join(', ', 'name') }}", "data_connected, report_sent"),
        ("{{ 'a-b' | replace('-', '+') }}", "a+b"),
    ],
)
def test_values_in_words(body: Body, source: str, text: str) -> None:
    assert body(source) == f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ({"person": {"timezone": "Asia/Tokyo"}}, "20 March 2026, 18:30 JST"),
        ({"person": {"timezone": "Nowhere/Land"}}, "20 March 2026, 05:30 EDT"),
        ({"person": {"timezone": "../../etc/passwd"}}, "20 March 2026, 05:30 EDT"),
        ({"account": {"timezone": 7}, "person": None}, "20 March 2026, 10:30 CET"),
    ],
)
def test_customers_read_times_in_their_own_zone(body: Body, context: dict[str, object], text: str) -> None:
    assert body("{{ now | date_time }}", context=rich(**context)) == f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ account.name | date }}", "“Northwind” is not a date"),
        ("{{ account.mrr | date }}", "5000 is not a date"),
        ("{{ now | date('%Q') }}", "A date has no “%Q”"),
        ("{{ account.name | money }}", "“Northwind” is not a number"),
        ("{{ account.name | join }}", "takes a list"),
        ("{{ missing | join(', ', 'price') }}", "has no “price”"),
        ("{{ missing | join }}", "list of plain values"),
        ("{{ account }}", "This is a group of values; say which one is meant: id, name"),
        ("{{ account.name | frobnicate }}", "There is no filter “frobnicate”"),
        ("{{ account.name | uper }}", "Did you mean `upper`"),
        ("{{ missing | sort | length / 0 }}", "breaks on the values"),
        ("{{ account.name.upper() }}", "cannot call anything"),
        ("{{ buton('Open', 'https://acme.example') }}", "There is no “buton”. Did you mean `button`"),
    ],
)
def test_what_a_filter_cannot_do_is_told(body: Body, source: str, told: str) -> None:
    with pytest.raises(RenderError, match=told) as stopped:
        body(f"x\n\n{source}")
    assert stopped.value.line == 6


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=89), "89 minutes ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(days=1000), "2 years ago"),
    ],
)
def test_lengths_of_time_read_as_people_say_them(body: Body, length: timedelta, text: str) -> None:
    assert body("{{ since | ago }}", context=rich(since=NOW - length)) == f"<p>{text}</p>"
