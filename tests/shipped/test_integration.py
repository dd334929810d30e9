"""An integration breaks: the customer and their CSM hear of it, once for each integration, and not if it was mended."""

from __future__ import annotations

from datetime import timedelta

from tests.shipped.outcome import NO_START, alert, mail, noted, silent
from tests.shipped.play import Play
from tests.shipped.timeline import on, story

RULE = "integration-failed"
HOUR = timedelta(hours=1)
SALES, CRM = "Salesforce", "HubSpot"


def both(at: str, csm: str = "cs-team") -> tuple[str, str]:
    return mail(RULE, at, kind="service"), alert(RULE, at, to=csm)


def test_integration_failed(play: Play) -> None:
    failed = on("day 0 08:00", integration=SALES, error="The key has expired")
    told = play(
        RULE, every=2 * HOUR, until="day 0 16:00",
        down=story(integration_failed=failed, account={"csm": "anna@acme.example", "mrr": 1900}).brings(
            *both("day 0 12:00", "anna"),
        ),
        fixed_after_3_hours=story(integration_failed=failed, integration_fixed=on("day 0 11:00", integration=SALES)).brings(
            silent("gate_false: unless", "day 0 12:00"),
        ),
        fixed_after_5_hours=story(integration_failed=failed, integration_fixed=on("day 0 13:00", integration=SALES)).brings(
            *both("day 0 12:00"),
        ),
        a_minute_later=story(integration_failed=on("day 0 08:01", integration=SALES)).brings(*both("day 0 14:00")),
        another_one_was_fixed=story(integration_failed=failed, integration_fixed=on("day 0 11:00", integration=CRM)).brings(
            *both("day 0 12:00"),
        ),
        two_are_down=story(integration_failed=(failed, on("day 0 10:00", integration=CRM))).brings(
            *both("day 0 12:00"), *both("day 0 14:00"),
        ),
        nobody_to_write_to=story(integration_failed=failed, addresses=False).brings(
            alert(RULE, "day 0 12:00"), silent("no_address", "day 0 12:00"),
        ),
        nothing_broke=story(signed_up="day 0").brings(NO_START),
    )  # fmt: skip
    assert told.came == told.expected
    text = told.mail("down").text
    assert told.mail("down").subject == "Salesforce has stopped sending data to Acme"
    assert "Salesforce stopped working on" in text
    assert "The key has expired" in text
    card = told.alert("down")
    assert card.title == "Salesforce is down at Down"
    assert ("Error", "The key has expired") in card.fields
    assert "It failed 4 hours ago and nobody has fixed it since" in card.body
    assert "The customer has been told by mail" in card.body
    assert "The customer has been told by mail" not in told.alert("nobody_to_write_to").body


def test_the_same_integration_is_told_of_once_in_7_days(play: Play) -> None:
    told = play(
        RULE, every=12 * HOUR, until="day 9",
        again_after_3_days=story(integration_failed=(on("day 0 08:00", integration=SALES), on("day 3 08:00", integration=SALES))).brings(
            *both("day 0 12:00"), silent("again", "day 3 12:00"),
        ),
        again_after_8_days=story(integration_failed=(on("day 0 08:00", integration=SALES), on("day 8 08:00", integration=SALES))).brings(
            *both("day 0 12:00"), *both("day 8 12:00"),
        ),
        another_after_3_days=story(integration_failed=(on("day 0 08:00", integration=SALES), on("day 3 08:00", integration=CRM))).brings(
            *both("day 0 12:00"), *both("day 3 12:00"),
        ),
        failing_on_and_on=story(integration_failed=(on("day 0 08:00", integration=SALES), on("day 0 09:00", integration=SALES))).brings(
            *both("day 0 12:00"), noted("already_running", "day 0 09:00"),
        ),
    )  # fmt: skip
    assert told.came == told.expected
