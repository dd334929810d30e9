"""The next moment at which a condition could turn: by example, and by trying the moments before it."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from firstwin.rules.terms import Between, Ever, InLast, Term, This
from tests.match import naive
from tests.match.histories import case
from tests.match.naive_examples import ACME, DAY, HOUR, NOW, TICK, created, date, event, facts, utc
from tests.match.naive_facts import Fact
from tests.match.naive_reading import durations
from tests.match.pool_all import STATES
from tests.match.pool_terms import account, did, silent, to

pytestmark = pytest.mark.slow


def next_of(term: Term, *given: Fact) -> datetime | None:
    return naive.next_moment(term, "account", "acme", NOW, facts(*given))


def test_the_next_moment_is_the_first_at_which_the_answer_turns_by_itself() -> None:
    login = event("login", NOW - HOUR)
    assert next_of(did("login", InLast(DAY)), ACME, login) == NOW + 23 * HOUR
    assert next_of(did("login", Between(2 * DAY, DAY)), ACME, login) == NOW + 23 * HOUR
    assert next_of(did("login", This("week")), ACME, login) == utc("2026-03-16T00:00")
    assert next_of(did("login", Ever()), ACME, login) is None
    assert next_of(silent("login", InLast(DAY)), created(NOW - HOUR)) == NOW + 23 * HOUR
    assert next_of(account("ends", to("in_next", DAY)), ACME, date("account.ends", NOW + 3 * DAY)) == NOW + 2 * DAY
    assert next_of(did("login", Ever()), ACME, event("login", NOW + DAY, known=NOW)) == NOW + DAY


@pytest.mark.parametrize("name", STATES)
def test_before_the_next_moment_the_answer_stays_and_at_it_turns(name: str) -> None:
    rng, sample = Random(name), STATES[name]
    turned = 0
    for tried in range(500):
        if tried >= 50 and (turned >= 2 or not durations(sample.term)):
            break
        kind = rng.choice(sample.about)
        given, slots = case(rng, sample.term, kind)
        now = rng.choice(slots)
        seen, subject = naive.visible(given, now), f"{kind[0]}1"
        answer = naive.holds(sample.term, kind, subject, now, seen)
        turns = naive.next_moment(sample.term, kind, subject, now, seen)
        end = turns or now + 60 * DAY
        between = [now + (end - now) * rng.random() for _ in range(8)] + [end - TICK, now + TICK]
        assert {naive.holds(sample.term, kind, subject, at, seen) for at in between if now <= at < end} <= {answer}
        if turns is not None:
            assert naive.holds(sample.term, kind, subject, turns, seen) is not answer
            turned += 1
    assert turned or not durations(sample.term)
