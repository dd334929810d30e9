"""When a product's milestones are reached, and that they are reached once."""

from __future__ import annotations

from datetime import timedelta

from tests.shipped.outcome import NO_START, reached
from tests.shipped.play import Play
from tests.shipped.timeline import on, story

EVERY = timedelta(hours=6)


def test_activated(play: Play) -> None:
    told = play(
        "activated", every=EVERY, until="day 3",
        data_then_reports=story(data_connected="day 0", report_sent=("day 1", "day 2", "day 2 01:00")).brings(reached("activated", "day 2 01:00")),
        reports_then_data=story(report_sent=("day 0", "day 1", on("day 1", by="cleo")), data_connected="day 2").brings(reached("activated", "day 2")),
        six_reports=story(data_connected="day 0", report_sent=("day 0", "day 1", "day 2", "day 2 06:00", "day 2 12:00", "day 2 18:00")).brings(reached("activated", "day 2")),
        two_reports=story(data_connected="day 0", report_sent=("day 1", "day 2")).brings(NO_START),
        no_data=story(report_sent=("day 0", "day 1", "day 2")).brings(NO_START),
        before_us=story(data_connected="day -9", report_sent=("day -8", "day -7", "day -6")).brings(reached("activated", "day -6")),
    )  # fmt: skip
    assert told.came == told.expected


def test_set_up(play: Play) -> None:
    told = play(
        "set_up", every=EVERY, until="day 3",
        went_through=story(setup_started="day 0", setup_completed="day 1").brings(reached("set_up", "day 1")),
        connected_without=story(data_connected="day 1 05:00").brings(reached("set_up", "day 1 05:00")),
        both=story(setup_completed="day 1", data_connected="day 2").brings(reached("set_up", "day 1")),
        only_began=story(signed_up="day 0", setup_started="day 1").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
