"""Who is asked to come back: accounts that went quiet, and shoppers who bought once."""

from __future__ import annotations

from datetime import timedelta

from tests.shipped.outcome import NO_START, mail, silent
from tests.shipped.play import Play
from tests.shipped.timeline import story

DAY = timedelta(days=1)
ORDER = "Order Completed"


def test_quiet_30_days(play: Play) -> None:
    told = play(
        "quiet-30-days", every=2 * DAY, until="day 32",
        quiet=story(logged_in=("day -40", "day 0")).brings(mail("win-back", "day 30")),
        quiet_since_an_hour_later=story(logged_in=("day -40", "day 0 01:00")).brings(mail("win-back", "day 32")),
        quiet_for_29_days=story(logged_in=("day -40", "day 3")).brings(NO_START),
        comes_every_29_days=story(logged_in=("day -40", "day -27", "day 2", "day 31")).brings(NO_START),
        never_came=story(signed_up="day 0").brings(NO_START),
        was_quiet_before_us=story(logged_in="day -31").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    assert told.mail("quiet").subject == "A month without Acme"
    assert "Nobody from Quiet has been in Acme for 30 days" in told.mail("quiet").text
    assert "your next month is on us" in told.mail("quiet").text


def test_quiet_again(play: Play) -> None:
    told = play(
        "quiet-30-days", every=10 * DAY, until="day 130",
        within_90_days=story(logged_in=("day 0", "day 40")).brings(mail("win-back", "day 30"), silent("again", "day 70")),
        after_90_days=story(logged_in=("day 0", "day 100")).brings(mail("win-back", "day 30"), mail("win-back", "day 130")),
    )  # fmt: skip
    assert told.came == told.expected


def test_bought_once_not_back(play: Play) -> None:
    told = play(
        "bought-once-not-back", every=2 * DAY, until="day 58",
        once=story({ORDER: "day 0"}).brings(mail("come-back", "day 56", to="ada")),
        a_minute_later=story({ORDER: "day 0 00:01"}).brings(mail("come-back", "day 58", to="ada")),
        twice=story({ORDER: ("day 0", "day 55")}).brings(silent("gate_false: unless", "day 56")),
        second_too_late=story({ORDER: ("day 0", "day 57")}).brings(mail("come-back", "day 56", to="ada")),
        old_customer=story({ORDER: ("day -90", "day 0")}).brings(NO_START),
        only_looked=story({"Product Viewed": "day 0"}).brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    assert told.mail("once").subject == "Ada, it has been a while"
    assert "You ordered from Acme on 2 March 2026" in told.mail("once").text
