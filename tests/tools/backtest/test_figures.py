from datetime import UTC, date, datetime, timedelta

import pytest

from firstwin.tools.backtest.came import Came, GoalMet, Left, Place, Sent
from firstwin.tools.backtest.figures import Week, figures, shown

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MAIL = Place("email", "mail", "ada@acme.example")


def sent(subject: str, at: datetime, *places: Place, mode: str = "live", missed: tuple[str, ...] = ()) -> Sent:
    return Sent("r", subject, "k", "", at, at - DAY, mode, places or (MAIL,), missed)


def left(subject: str, at: datetime, reason: str = "gate_false") -> Left:
    return Left("r", subject, "k", "", at, at - DAY, reason)


def came(*found: Sent | Left) -> Came:
    made = Came()
    for one in found:
        (made.sent["r"] if isinstance(one, Sent) else made.left["r"]).append(one)  # type: ignore[arg-type]
    return made


def test_weeks_begin_on_monday() -> None:
    found = figures(came(sent("a", MONDAY), sent("b", MONDAY + 6 * DAY), left("c", MONDAY + 7 * DAY)), "r", 10)
    assert found.weeks == [Week(date(2026, 3, 2), 2, 0), Week(date(2026, 3, 9), 0, 1)]
    assert (found.sent, found.messages, found.subjects, found.skipped) == (2, 2, 2, {"gate_false": 1})


def test_the_first_and_the_last_are_shown_once() -> None:
    found = figures(came(*(sent(str(n), MONDAY + n * DAY) for n in range(5))), "r", 10)
    assert [one.subject for one in found.first] == ["0", "1", "2"]
    assert [one.subject for one in found.last] == ["3", "4"]


def test_an_address_is_veiled() -> None:
    assert shown(MAIL) == "a…@acme.example"
    assert shown(Place("alert", "cs", None)) == "alert to cs"


@pytest.mark.parametrize(
    ("a_day", "of_days", "days", "held"),
    [(3, (2, 3), 0, 0), (2, (3,), 1, 1), (1, (3,), 2, 2), (2, (3, 2), 2, 2), (2, (5, 0, 2), 3, 4)],
)
def test_what_is_beyond_the_cap_waits_for_the_next_day(
    a_day: int, of_days: tuple[int, ...], days: int, held: int
) -> None:
    found = [sent(f"{day}-{n}", MONDAY + day * DAY) for day, count in enumerate(of_days) for n in range(count)]
    cap = figures(came(*found), "r", a_day).cap
    assert (cap.days, cap.held) == (days, held)


def test_in_shadow_nothing_counts_against_the_cap() -> None:
    assert figures(came(*(sent(str(n), MONDAY, mode="shadow") for n in range(5))), "r", 1).cap.held == 0


def test_the_goal_is_counted_before_and_after_the_message() -> None:
    made = came(sent("early", MONDAY), sent("soon", MONDAY), sent("late", MONDAY), sent("never", MONDAY))
    one = made.sent["r"]
    when = [MONDAY, MONDAY + 2 * DAY, MONDAY + 8 * DAY, None]
    others = [(left("soon", MONDAY), MONDAY), (left("x", MONDAY), MONDAY + DAY), (left("y", MONDAY), None)]
    made.goal = GoalMet("paid", list(zip(one, when, strict=True)), others)
    goal = figures(made, "r", 10).goal
    assert goal is not None
    assert (goal.nudged, goal.before, goal.after, goal.soon, goal.median) == (4, 1, 2, 1, 5 * DAY)
    assert (goal.others, goal.others_reached) == (2, 1)
