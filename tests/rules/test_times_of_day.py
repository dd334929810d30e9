"""A time of day in a rule is answered with the quiet hours."""

import pytest

from tests.rules.given import loaded, rule_with, told

DAYTIME = (
    "Write when it is due with `after: 2 days`. Mails keep to the daytime of their recipients with"
    " `quiet_hours: {from: 20:00, until: 08:00}` in firstwin.yaml."
)


@pytest.mark.parametrize("word", ["at", "time", "send_at"])
def test_a_rule_that_names_a_time_of_day_is_told_of_quiet_hours(word: str) -> None:
    (problem,) = told(loaded(rule_with(**{word: "'09:00'"})))
    assert problem.endswith(f"A rule has no `{word}`. {DAYTIME}")


def test_a_step_is_told_the_same() -> None:
    (problem,) = told(loaded(rule_with(after=None, unless=None, then=None, steps="{one: {then: {record: a}, at: 9}}")))
    assert problem.endswith(f"A step has no `at`. {DAYTIME}")


def test_another_word_is_told_as_ever() -> None:
    (problem,) = told(loaded(rule_with(prioritty="3")))
    assert problem.endswith("Did you mean `priority`?")
