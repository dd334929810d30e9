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
    assert (goal.others, goal.others_reached, goal.others_before) == (2, 1, 0)


def test_who_had_reached_the_goal_before_is_nobody_to_compare_with() -> None:
    made = came(sent("a", MONDAY))
    others = [(left("b", MONDAY), MONDAY - DAY), (left("c", MONDAY), MONDAY), (left("d", MONDAY), MONDAY + DAY)]
    made.goal = GoalMet("paid", [(made.sent["r"][0], None)], others)
    goal = figures(made, "r", 10).goal
    assert goal is not None
    assert (goal.others, goal.others_reached, goal.others_before) == (1, 1, 2)


def test_a_digest_counts_once_however_many_stand_on_its_list() -> None:
    today, tomorrow = (Place("digest", "cs", None, (day, "", "list", "cs", "ann")) for day in ("1", "2"))
    of_bob = Place("digest", "cs", None, ("1", "", "list", "cs", "bob"))
    found = [sent("a", MONDAY, today), sent("b", MONDAY, today, MAIL), sent("c", MONDAY, of_bob)]
    found.append(sent("a", MONDAY + DAY, tomorrow))
    told = figures(came(*found), "r", 2)
    assert (told.sent, told.messages) == (4, 4)
    assert (told.cap.days, told.cap.held) == (1, 1)


def test_variants_are_counted() -> None:
    drawn = [sent(str(n), MONDAY)._replace(variant=variant) for n, variant in enumerate(("a", "b", "a", None))]
    assert figures(came(*drawn), "r", 10).by_variant == {"a": 2, "b": 1}
