"""What reaches an account in the weeks after: praise for a first step, and a hand with those not taken."""

from __future__ import annotations

from datetime import timedelta

from tests.shipped.outcome import NO_START, WAITING, mail, silent
from tests.shipped.play import Play
from tests.shipped.timeline import on, story

DAY = timedelta(days=1)


def test_onboarding_not_completed(play: Play) -> None:
    told = play(
        "onboarding-not-completed", every=2 * DAY, until="day 28",
        on_the_way=story(signed_up="day 0", logged_in="day 3").brings(mail("offer-help", "day 14")),
        a_minute_later=story(signed_up="day 0 00:01").brings(mail("offer-help", "day 16")),
        anew=story(signed_up=("day 0", "day 14")).brings(mail("offer-help", "day 14"), silent("again", "day 28")),
        completed=story(signed_up="day 0", onboarding_completed="day 13 23:00").brings(silent("gate_false: unless", "day 14")),
        completed_late=story(signed_up="day 0", onboarding_completed="day 14 01:00").brings(mail("offer-help", "day 14")),
        signed_up_later=story(signed_up="day 15").brings(WAITING),
    )  # fmt: skip
    assert told.came == told.expected
    text = told.mail("on_the_way").text
    assert "You have been with Acme since 2 March, and your setup is not finished yet" in text
    assert "Onboarding completed" in text


def test_first_report_sent(play: Play) -> None:
    told = play(
        "first-report-sent", every=DAY / 4, until="day 3",
        reported=story(report_sent=on("day 1", by="ada", report="Week 9")).brings(mail("first-report", "day 1", to="ada")),
        a_colleague_reported=story(signed_up="day 0", report_sent=on("day 1", by="cleo")).brings(mail("first-report", "day 1", to="cleo")),
        reported_often=story(report_sent=("day 1", "day 1 01:00", on("day 2", by="cleo"))).brings(mail("first-report", "day 1", to="ada")),
        reported_before_us=story(report_sent=("day -9", "day 1")).brings(NO_START),
        no_report=story(signed_up="day 0", data_connected="day 1").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    assert told.mail("reported").subject == "Your first report is out"
    assert "Your first report, “Week 9”, is out" in told.mail("reported").text


def test_key_feature_unused(play: Play) -> None:
    told = play(
        "key-feature-unused", every=3 * DAY, until="day 42",
        unused=story(signed_up="day 0", logged_in="day 20").brings(mail("try-key-feature", "day 21")),
        a_minute_later=story(signed_up="day 0 00:01").brings(mail("try-key-feature", "day 24")),
        anew=story(signed_up=("day 0", "day 21")).brings(mail("try-key-feature", "day 21"), silent("again", "day 42")),
        used=story(signed_up="day 0", dashboard_created="day 20 23:00").brings(silent("gate_false: unless", "day 21")),
        used_late=story(signed_up="day 0", dashboard_created="day 21 01:00").brings(mail("try-key-feature", "day 21")),
    )  # fmt: skip
    assert told.came == told.expected
    assert told.mail("unused").subject == "You have not tried your own dashboard yet"
