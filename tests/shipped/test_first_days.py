"""What reaches an account in its first days: the welcome, and a hand where it stops."""

from __future__ import annotations

from datetime import timedelta

from tests.shipped.outcome import NO_START, WAITING, mail, noted, silent
from tests.shipped.play import Play
from tests.shipped.timeline import on, story

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_welcome_series(play: Play) -> None:
    hello = mail("welcome", "day 0", to="ada", step="welcome")
    connect = mail("connect-data", "day 2", step="connect-data")
    told = play(
        "welcome-series", every=DAY, until="day 15",
        alone=story(signed_up="day 0").brings(
            hello, connect, mail("still-us", "day 14", step="still-us"),
        ),
        at_work=story(signed_up="day 0", logged_in="day 0 01:00", data_connected="day 1 23:00").brings(
            hello, silent("gate_false: unless", "day 2", step="connect-data"),
            silent("gate_false: unless", "day 14", step="still-us"),
        ),
        looked_in=story(signed_up="day 0", logged_in="day 1").brings(
            hello, connect, silent("gate_false: unless", "day 14", step="still-us"),
        ),
        won_on_day_1=story(signed_up="day 0", data_connected="day 1", report_sent=("day 1", "day 1 01:00", "day 1 02:00")).brings(
            hello, silent("goal_met", "day 2", step="connect-data"),
        ),
        won_on_day_5=story(signed_up="day 0", data_connected="day 3", report_sent=("day 4", "day 4 06:00", "day 5")).brings(
            hello, connect, silent("goal_met", "day 14", step="still-us"),
        ),
        twice=story(signed_up=("day 0 04:00", on("day 3", by="cleo")), logged_in="day 3", data_connected="day 1").brings(
            mail("welcome", "day 1", to="ada", step="welcome"),
            silent("gate_false: unless", "day 3", step="connect-data"),
            noted("already_running", "day 3"),
            silent("gate_false: unless", "day 15", step="still-us"),
        ),
        anew=story(signed_up=("day 0", "day 14 12:00")).brings(
            hello, connect, mail("still-us", "day 14", step="still-us"), silent("again", "day 15", step="welcome"),
        ),
        before_us=story(signed_up="day -1").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    hello_, connect_, still = (told.mail("alone", number) for number in range(3))
    assert "Good to have you and Alone with us" in hello_.text
    assert "ready since Monday, 2 March, but it is still empty" in connect_.text
    assert "You signed up for Acme on 2 March, and it has been quiet since" in still.text


def test_no_login_after_signup(play: Play) -> None:
    told = play(
        "no-login-after-signup", every=3 * HOUR, until="day 2",
        away=story(signed_up="day 0").brings(mail("first-login", "day 1")),
        back_after_23_hours=story(signed_up="day 0", logged_in="day 0 23:00").brings(silent("gate_false: unless", "day 1")),
        back_after_25_hours=story(signed_up="day 0", logged_in="day 1 01:00").brings(mail("first-login", "day 1")),
        a_colleague_came=story(signed_up="day 0", logged_in=on("day 0 12:00", by="cleo")).brings(silent("gate_false: unless", "day 1")),
        one_of_ours=story(signed_up="day 0", account={"plan": "internal"}).brings(silent("gate_false: only_if", "day 1")),
        on_a_plan=story(signed_up="day 0 00:30", account={"plan": "pro"}).brings(mail("first-login", "day 1 03:00")),
        without_address=story(signed_up="day 0", addresses=False).brings(silent("no_address", "day 1")),
        anew=story(signed_up=("day 0", "day 1")).brings(mail("first-login", "day 1"), silent("again", "day 2")),
        signed_up_today=story(signed_up="day 1 12:00").brings(WAITING),
        never_signed_up=story(logged_in="day 0").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    assert "You created your Acme account 24 hours ago, and have not been in since" in told.mail("away").text


def test_setup_stalled(play: Play) -> None:
    told = play(
        "setup-stalled", every=12 * HOUR, until="day 7",
        stuck=story(signed_up="day 0", setup_started="day 1").brings(mail("setup-stalled", "day 4")),
        stuck_twice=story(setup_started=("day 1", "day 2")).brings(mail("setup-stalled", "day 4"), noted("already_running", "day 2")),
        a_minute_later=story(setup_started="day 1 00:01").brings(mail("setup-stalled", "day 4 12:00")),
        anew=story(setup_started=("day 1", "day 4")).brings(mail("setup-stalled", "day 4"), silent("again", "day 7")),
        just_in_time=story(setup_started="day 1", setup_completed="day 3 23:00").brings(silent("gate_false: unless", "day 4")),
        a_little_late=story(setup_started="day 1", setup_completed="day 4 01:00").brings(mail("setup-stalled", "day 4")),
        finished_before=story(setup_completed="day 0", setup_started="day 1").brings(silent("gate_false: unless", "day 4")),
        not_begun=story(signed_up="day 0").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    assert told.mail("stuck").subject == "1 step to go in your Acme setup"
    assert "Setup completed" in told.mail("stuck").text


def test_no_teammate_invited(play: Play) -> None:
    told = play(
        "no-teammate-invited", every=12 * HOUR, until="day 10",
        alone=story(signed_up="day 0").brings(mail("invite-teammates", "day 5")),
        a_minute_later=story(signed_up="day 0 00:01").brings(mail("invite-teammates", "day 5 12:00")),
        anew=story(signed_up=("day 0", "day 5")).brings(mail("invite-teammates", "day 5"), silent("again", "day 10")),
        invited=story(signed_up="day 0", teammate_invited="day 4 23:00").brings(silent("gate_false: unless", "day 5")),
        invited_late=story(signed_up="day 0", teammate_invited="day 5 01:00").brings(mail("invite-teammates", "day 5")),
    )  # fmt: skip
    assert told.came == told.expected
    assert told.mail("alone").subject == "Who else at Alone should see this?"
