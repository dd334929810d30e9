"""Whom the CSM of a large account hears of, and what the alert says."""

from __future__ import annotations

from datetime import timedelta

from tests.shipped.outcome import NO_START, alert, silent
from tests.shipped.play import Play
from tests.shipped.timeline import story

EVERY = timedelta(hours=12)
LARGE = {"mrr": 1000}
ANNAS = {"mrr": 4200, "csm": "anna@acme.example"}
THREE = ("day 1", "day 1 12:00", "day 1 23:00")
SMALL = silent("gate_false: only_if", "day 2")
DID_IT = silent("gate_false: unless", "day 2")


def test_high_value_not_activated(play: Play) -> None:
    told = play(
        "high-value-not-activated", every=EVERY, until="day 4",
        large=story(signed_up="day 0", account=LARGE).brings(alert("high-value-not-activated", "day 2")),
        of_anna=story(signed_up="day 0", account=ANNAS).brings(alert("high-value-not-activated", "day 2", to="anna")),
        a_minute_later=story(signed_up="day 0 00:01", account=LARGE).brings(alert("high-value-not-activated", "day 2 12:00")),
        anew=story(signed_up=("day 0", "day 2"), account=LARGE).brings(alert("high-value-not-activated", "day 2"), silent("again", "day 4")),
        nearly_large=story(signed_up="day 0", account={"mrr": 999}).brings(SMALL),
        of_unknown_size=story(signed_up="day 0").brings(SMALL),
        grew=story(signed_up="day 0", account={"mrr": 10}, later={"day 1": LARGE}).brings(alert("high-value-not-activated", "day 2")),
        won_in_47_hours=story(signed_up="day 0", data_connected="day 0", report_sent=THREE, account=LARGE).brings(DID_IT),
        won_in_49_hours=story(signed_up="day 0", data_connected="day 2 01:00", report_sent=THREE, account=LARGE).brings(
            alert("high-value-not-activated", "day 2"),
        ),
        two_of_three_reports=story(signed_up="day 0", data_connected="day 0", report_sent=THREE[:2], account=ANNAS).brings(
            alert("high-value-not-activated", "day 2", to="anna"),
        ),
    )  # fmt: skip
    assert told.came == told.expected
    card = told.alert("two_of_three_reports")
    assert card.title == "Two Of Three Reports has not activated"
    assert card.why == "Signed up, not yet activated and account.mrr is at least 1,000."
    assert card.next_step.startswith("Write to cleo@two-of-three-reports.example today")
    assert ("Value a month", "4,200") in card.fields
    assert ("Done", "signed up") in told.alert("large").fields
    assert ("Not yet", "connected data, sent a report") in told.alert("large").fields
    assert ("Not yet", "sent a report (2 so far)") in card.fields


def test_high_value_no_report(play: Play) -> None:
    told = play(
        "high-value-no-report", every=EVERY, until="day 4",
        large=story(data_connected="day 0", account=LARGE).brings(alert("high-value-no-report", "day 2")),
        of_anna=story(data_connected="day 0", account=ANNAS).brings(alert("high-value-no-report", "day 2", to="anna")),
        a_minute_later=story(data_connected="day 0 00:01", account=LARGE).brings(alert("high-value-no-report", "day 2 12:00")),
        a_second_source=story(data_connected=("day 0", "day 2"), account=LARGE).brings(alert("high-value-no-report", "day 2"), silent("again", "day 4")),
        nearly_large=story(data_connected="day 0", account={"mrr": 999}).brings(SMALL),
        reported_after_47_hours=story(data_connected="day 0", report_sent="day 1 23:00", account=LARGE).brings(DID_IT),
        reported_after_49_hours=story(data_connected="day 0", report_sent="day 2 01:00", account=LARGE).brings(alert("high-value-no-report", "day 2")),
        reported_before=story(report_sent="day -3", data_connected="day 0", account=LARGE).brings(DID_IT),
        no_data=story(signed_up="day 0", account=LARGE).brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    card = told.alert("of_anna")
    assert card.title == "Of Anna connected data, and sent no report"
    assert card.why.startswith("Connected data, not yet sent a report")
    assert ("Done", "connected data") in card.fields
    assert ("Not yet", "sent a report") in card.fields
