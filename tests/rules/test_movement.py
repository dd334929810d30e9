"""`fell`, `rose` and `changed`: what they mean, and every mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import (
    Between,
    Changed,
    Ever,
    InLast,
    Moved,
    PropertyName,
    SinceStart,
    Term,
    This,
    Within,
)
from tests.rules.given import condition, loaded, rule_with, told

WEEK = InLast(timedelta(days=7))
SCORE, BAND = PropertyName("account", "health_score"), PropertyName("account", "health_band")


def mistakes(written: str, **lines: str | None) -> list[str]:
    return told(loaded(rule_with(unless=None, only_if=written, **lines)))


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("{fell: account.health_score, by: 15, in_last: 7 days}", Moved(SCORE, "fell", 15, WEEK)),
        ("{rose: account.health_score, by: 0.5, since: ever}", Moved(SCORE, "rose", 0.5, Ever())),
        ("{fell: account.health_score, by: 20%, this: month}", Moved(SCORE, "fell", 0.2, This("month"), is_share=True)),
        ("{rose: account.health_score, by: 150%, since: start}", Moved(SCORE, "rose", 1.5, SinceStart(), is_share=True)),
        ("{changed: account.health_band, in_last: 7 days}", Changed(BAND, WEEK)),
        ("{changed: account.health_band, to: red, in_last: 7 days}", Changed(BAND, WEEK, None, ("red",))),
        ("{changed: account.health_band, from: [green, 3], to: red, in_last: 7 days}", Changed(BAND, WEEK, ("green", 3.0), ("red",))),
        ("{changed: account.health_band, from: {exists: false}, within: 24 hours}", Changed(BAND, Within(timedelta(days=1)), ())),
        ("{changed: account.health_band, between: [14 days ago, 7 days ago]}", Changed(BAND, Between(timedelta(14), timedelta(7)))),
    ],
)  # fmt: skip
def test_a_property_moves_in_a_window(written: str, term: Term) -> None:
    assert condition(written) == term


def test_a_persons_own_property_moves_in_a_rule_about_a_person() -> None:
    found = condition("{fell: person.score, by: 3, in_last: 7 days}", about="person", then="{email: a, to: person}")

    assert found == Moved(PropertyName("person", "score"), "fell", 3, WEEK)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{fell: account.x, in_last: 7 days}", "6:10 `by:` is missing. Write by how much at least: `by: 15`, or `by: 20%` of what it was."),
        ("{fell: account.x, by: 3}", "6:11 `fell:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example."),
        ("{fell: account.x, by: 3, in_last: 7 days, since: ever}", "6:52 `fell:` has more than one window. Keep one of `in_last` and `since`."),
        ("{fell: account.x, by: -3, in_last: 7 days}", "6:32 `by: -3` is no distance. Write a number above zero, or `rose:`."),
        ("{rose: account.x, by: 0, in_last: 7 days}", "6:32 `by: 0` is no distance. Write a number above zero."),
        ("{rose: account.x, by: 0%, in_last: 7 days}", "6:32 `by: 0%` is no distance. Write a larger share, like `20%`."),
        ("{fell: account.x, by: 120%, in_last: 7 days}", "6:32 Nothing falls by more than 100% of what it was. Write `100%` or less."),
        ("{fell: account.x, by: much, in_last: 7 days}", "6:32 `much` is not a number. Write digits, like `1000` or `2.5`."),
        ("{fell: account.x, points: 3, in_last: 7 days}", "6:28 `fell` has no `points`. Did you mean `by`?"),
        ("{fell: x, by: 3, in_last: 7 days}", "6:17 `x` does not say whose property it is. Write `account.x`, `person.x` or `start.x`."),
        ("{fell: start.x, by: 3, in_last: 7 days}", "6:17 `start.x`: the start's own data does not change any more. Name a property of the account (`account.…`) or of the person."),
        ("{fell: person.x, by: 3, in_last: 7 days}", "6:17 `person.x`: this rule is about accounts, and an account has many people. Put it into `any_person:`, `every_person:` or `no_person:`, or write the rule `about: person`."),
        ("{fell: account.x, by: 3, within: 3 days}", "6:43 These 3 days are not over when the message is due: it is sent 24 hours after the start. Write `after: 3 days` or longer, or a shorter `within:`."),
        ("{changed: account.x, to: a}", "6:11 `changed:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example."),
        ("{changed: account.x, from: a, to: a, in_last: 7 days}", "6:44 A change from a value to the same value never happens. Write two different values."),
        ("{changed: account.x, into: a, in_last: 7 days}", "6:31 `changed` has no `into`. Did you mean `to`?"),
        ("{changed: account.x, to: {exists: true}, in_last: 7 days}", "6:44 Only `exists: false` says something here. For any value, leave `from:` or `to:` out."),
        ("{changed: start.x, in_last: 7 days}", "6:20 `start.x`: the start's own data does not change any more. Name a property of the account (`account.…`) or of the person."),
        ("{dropped: account.x, in_last: 7 days}", "6:10 `dropped` is no condition word. Did you mean `fell`?"),
    ],
)  # fmt: skip
def test_a_mistake_about_a_property_is_told_with_what_to_write(written: str, problem: str) -> None:
    assert mistakes(written) == [problem]


def test_where_there_is_no_start_nothing_is_counted_from_it() -> None:
    (problem,) = told(loaded(rule_with(unless=None, when="{becomes: {fell: account.x, by: 3, since: start}}")))

    assert problem.startswith("2:49 `since: start` has nothing to count from")


@pytest.mark.parametrize("name", ["role", "cell", "ros", "fel"])
def test_a_short_name_is_not_taken_for_a_misspelt_word(name: str) -> None:
    (problem,) = mistakes(f"{{{name}: 5}}")

    assert f"If `{name}` is a property, write `account.{name}`" in problem
