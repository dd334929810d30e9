from datetime import UTC, date, datetime, timedelta

import pytest

from firstwin.tools.backtest.came import Came, GoalMet, Left, Place, Sent
from firstwin.tools.backtest.figures import MailFigures, Week, figures, shown

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


def on_its_way(hours: float = 0, stopped: str = "") -> Place:
    """A mail that was held for so long, and then stopped for that reason."""
    return MAIL._replace(leaves=MONDAY + hours * DAY / 24 if hours else None, stopped=stopped)


def test_mails_that_wait_and_mails_that_do_not_go_are_told_by_reason() -> None:
    made = came(
        sent("a", MONDAY),
        sent("b", MONDAY, on_its_way(12), on_its_way(13)),
        sent("c", MONDAY, on_its_way(12, "goal_met"), MAIL),
        sent("d", MONDAY, on_its_way(0, "capped"), on_its_way(0, "capped")),
        sent("e", MONDAY, on_its_way(900, "quiet_hours")),
    )
    found = figures(made, "r", 10)
    assert found.mails == MailFigures(delayed=2, waiting=1, stopped={"capped": 2, "goal_met": 1})
    assert (found.sent, found.messages, found.subjects) == (3, 4, 3)  # d and e got nothing
    assert found.weeks == [Week(date(2026, 3, 2), 3, 0, 1)]  # and what becomes of e is not known


def test_a_nudge_counts_in_the_week_in_which_its_mail_came() -> None:
    sunday = MONDAY - DAY
    made = came(
        sent("a", sunday), sent("b", sunday, on_its_way(1)), sent("c", sunday, on_its_way(1, "capped")),
        sent("d", sunday, on_its_way(1), MAIL),
    )  # fmt: skip
    assert figures(made, "r", 10).weeks == [Week(date(2026, 2, 23), 2, 0), Week(date(2026, 3, 2), 1, 0, 1)]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (on_its_way(), "a…@acme.example"),
        (on_its_way(12), "a…@acme.example, leaves 2026-03-02 21:00"),
        (on_its_way(12, "quiet_hours"), "a…@acme.example, waits until 2026-03-02 21:00"),
        (on_its_way(12, "goal_met"), "a…@acme.example, not sent (goal_met, at 2026-03-02 21:00)"),
        (on_its_way(0, "capped"), "a…@acme.example, not sent (capped)"),
    ],
)
def test_an_example_tells_when_its_mail_leaves(place: Place, says: str) -> None:
    assert shown(place) == says


def test_a_mail_counts_against_the_cap_of_the_day_on_which_it_leaves() -> None:
    made = came(sent("a", MONDAY), sent("b", MONDAY, on_its_way(24)), sent("c", MONDAY, on_its_way(0, "capped")))
    cap = figures(made, "r", 1).cap
    assert (cap.days, cap.held) == (0, 0)


def test_a_goal_that_is_reached_while_a_mail_waits_is_reached_before_it() -> None:
    made = came(sent("waits", MONDAY, on_its_way(48)), sent("later", MONDAY, on_its_way(48)))
    when = [MONDAY + DAY, MONDAY + 3 * DAY]
    made.goal = GoalMet("paid", list(zip(made.sent["r"], when, strict=True)), [])
    goal = figures(made, "r", 10).goal
    assert goal is not None
    assert (goal.before, goal.after, goal.median) == (1, 1, DAY)


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
