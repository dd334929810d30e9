"""The breaker as a machine: it opens and closes as said, and lets one probe through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from firstwin.outbox.breaker import (
    AT_LEAST,
    FIRST_REST,
    GIVEN_UP,
    IN_A_ROW,
    LONGEST_REST,
    WINDOW,
    Breaker,
    Heard,
    Probe,
    begun,
    hear,
    probed,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOME = Probe(1, 1)
SECOND = timedelta(seconds=1)


def heard(breaker: Breaker, answers: str, *, every: timedelta = SECOND, start: datetime = NOON) -> Breaker:
    """``+`` for each attempt that worked, ``-`` for each that failed."""
    for number, answer in enumerate(answers):
        breaker = hear(breaker, Heard(SOME, answer == "+"), start + number * every)
    return breaker


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ("----", "closed"),
        ("-----", "open"),
        ("----+----", "closed"),
        ("----+-----", "open"),
        ("---+---+--", "open"),  # eight of ten
        ("---+---+-", "closed"),  # seven of nine
        ("--+--+--+-", "open"),  # seven of ten
        ("--+--+-++-", "closed"),  # six of ten
        ("+" * 10 + "---+---+--", "closed"),  # what worked before the first failure is asked for elsewhere
    ],
)
def test_it_opens_after_five_in_a_row_or_seven_of_ten(answers: str, state: str) -> None:
    worked = len(answers) - len(answers.lstrip("+"))
    assert heard(begun(Breaker(), worked, NOON), answers.lstrip("+")).state == state


def test_what_lies_more_than_five_minutes_back_does_not_count() -> None:
    slowly = heard(Breaker(), "--+--+--+-", every=WINDOW / 4)
    assert slowly.is_closed
    assert heard(Breaker(), "--+--+--+-", every=WINDOW / 12).state == "open"


def test_while_all_is_well_nothing_is_remembered() -> None:
    after = heard(heard(Breaker(), "-+-"), "+", start=NOON + WINDOW + 60 * SECOND)
    assert after == heard(Breaker(), "+++") == Breaker()


def test_a_rest_doubles_with_each_probe_that_fails_up_to_a_quarter_of_an_hour() -> None:
    breaker, now, rests = heard(Breaker(), "-----"), NOON, []
    for number in range(8):
        rests.append(breaker.rest)
        assert breaker.until is not None
        assert not breaker.is_over(breaker.until - SECOND)
        now = breaker.until
        assert breaker.is_over(now)
        probe = Probe(number, 1)
        breaker = hear(probed(breaker, probe, now), Heard(probe, worked=False), now)
    assert rests[:6] == [FIRST_REST * 2**n for n in range(5)] + [LONGEST_REST]
    assert rests[6:] == [LONGEST_REST] * 2


def test_only_the_answer_to_the_probe_closes_it() -> None:
    probe, late = Probe(7, 2), Probe(7, 1)
    half = probed(heard(Breaker(), "-----"), probe, NOON)
    assert half.lets_through(probe)
    assert not half.lets_through(late)
    assert hear(half, Heard(late, worked=True), NOON).state == "half_open"
    assert hear(half, Heard(late, worked=False), NOON).state == "half_open"
    assert hear(half, Heard(probe, worked=True), NOON) == Breaker(since=NOON)


def test_five_days_of_nothing_but_failures_are_hopeless() -> None:
    breaker = heard(Breaker(), "-" * 12)
    assert not breaker.is_hopeless(NOON + GIVEN_UP - SECOND)
    assert breaker.is_hopeless(NOON + GIVEN_UP)
    assert not hear(breaker, Heard(SOME, worked=True), NOON).is_hopeless(NOON + GIVEN_UP)
    assert not heard(Breaker(), "-" * 4).is_hopeless(NOON + 2 * GIVEN_UP)  # a few, with nothing in between


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 120))
def test_it_opens_with_the_first_failure_that_makes_enough_and_not_before(answers: list[bool], every: int) -> None:
    """Beside a count that keeps every answer."""
    breaker, all_answers = Breaker(), []
    for number, worked in enumerate(answers):
        now = NOON + number * every * SECOND
        all_answers.append((now, worked))
        breaker = hear(breaker, Heard(SOME, worked), now)
        if breaker.state == "open":
            assert not worked
            assert has_enough(all_answers, now, WINDOW + 15 * SECOND)
            break
        assert worked or not has_enough(all_answers, now, WINDOW - 15 * SECOND)


def has_enough(answers: list[tuple[datetime, bool]], now: datetime, window: timedelta) -> bool:
    row = answers[-IN_A_ROW:]
    if len(row) == IN_A_ROW and not any(worked for _, worked in row):
        return True
    first = next((place for place, (at, worked) in enumerate(answers) if not worked and at > now - window), None)
    counted = [] if first is None else [worked for at, worked in answers[first:] if at > now - window]
    return len(counted) >= AT_LEAST and 10 * counted.count(False) >= 7 * len(counted)


class Machine(RuleBasedStateMachine):
    """Answers come in any order and at any time; probes are begun as a claim begins them."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.now = Breaker(), NOON
        self.out: list[Probe] = []
        self.probes: list[Probe] = []
        self.count = 0

    @rule(seconds=st.sampled_from([0, 1, 20, 31, 1000]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule()
    def a_message_goes(self) -> None:
        self.count += 1
        attempt = Probe(self.count, 1)
        if self.breaker.is_over(self.now):
            assert not self.probes
            self.breaker = probed(self.breaker, attempt, self.now)
            self.probes.append(attempt)
        if self.breaker.lets_through(attempt):
            self.out.append(attempt)

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 99), worked=st.sampled_from([True, False, False, False]))
    def an_answer_comes(self, which: int, worked: bool) -> None:
        attempt = self.out.pop(which % len(self.out))
        before, self.breaker = self.breaker, hear(self.breaker, Heard(attempt, worked), self.now)
        if attempt in self.probes:
            self.probes.remove(attempt)
            assert self.breaker.state == ("closed" if worked else "open")
        elif not before.is_closed:
            assert self.breaker.state == before.state

    @invariant()
    def it_is_at_one_with_itself(self) -> None:
        state = self.breaker.state
        assert (state == "half_open") == (self.breaker.probe is not None) == bool(self.probes)
        assert (state == "open") == (self.breaker.until is not None)
        assert len(self.probes) <= 1
        assert state == "closed" or FIRST_REST <= self.breaker.rest <= LONGEST_REST


TestMachine = Machine.TestCase
