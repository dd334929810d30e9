from datetime import timedelta

import pytest
from sqlalchemy import Engine

from firstwin.tools.explain.answer import Explained
from tests.tick.bench_of_rules import DAY, HOUR, T0, World
from tests.tools.explain.given import LOGIN, a_person, an_account, it_is, the_step, told

MAIL = LOGIN.replace("{webhook: post, to: crm}", "{email: first-login, to: everyone}")
BOTH = LOGIN.replace("{webhook: post, to: crm}", "[{webhook: post, to: crm}, {email: first-login, to: everyone}]")
NIGHTS = "quiet_hours: {from: 20:00, until: 08:00, weekends: true}\n"
SIGNED_UP = 12 * HOUR  # in the evening, so that the step is due on Tuesday at 21:00


def asked(engine: Engine, rule: str, *zones: str, signed_up: timedelta = SIGNED_UP, quiet: str = NIGHTS) -> Explained:
    """A person in each zone; what is told two hours after the account has signed up."""
    return told(of(engine, rule, *zones, signed_up=signed_up), more=quiet)


def of(engine: Engine, rule: str, *zones: str, signed_up: timedelta = SIGNED_UP) -> World:
    world = an_account(engine, signed_up=signed_up, no_login=rule)
    for name, zone in zip(("ada", "bob"), zones, strict=False):
        a_person(world, name, email=f"{name}@acme.example")
        world.fact("firstwin.person.timezone", -DAY, person_id=name, props={"value": zone})
    world.tick(signed_up + HOUR)
    it_is(world, signed_up + 2 * HOUR)
    return world


def test_a_mail_that_is_due_at_night_is_held_until_the_morning(engine: Engine) -> None:
    found = asked(engine, MAIL, "UTC")
    would = the_step(found).would
    assert would is not None
    assert (would.outcome, would.reason, would.at) == ("hold", "quiet_hours", T0 + DAY + 12 * HOUR)
    assert would.until == T0 + DAY + 23 * HOUR
    assert "until 2026-03-04 08:00 UTC" in would.detail
    assert "“first-login”" in would.does[0]
    assert found.next.at == would.until


def test_a_mail_that_is_due_on_a_saturday_is_held_until_monday(engine: Engine) -> None:
    would = the_step(asked(engine, MAIL, "UTC", signed_up=4 * DAY)).would
    assert would is not None
    assert (would.outcome, would.until) == ("hold", T0 + 6 * DAY + 23 * HOUR)


@pytest.mark.parametrize(
    ("zones", "hour"),
    [
        (("America/New_York",), None),  # where it is 16:00
        (("Europe/Berlin",), 7),
        (("Europe/Berlin", "UTC"), 7),  # the first that leaves
        (("Europe/Berlin", "America/New_York"), None),
    ],
)
def test_it_goes_by_the_clock_of_the_recipients(engine: Engine, zones: tuple[str, ...], hour: int | None) -> None:
    would = the_step(asked(engine, MAIL, *zones)).would
    assert would is not None
    assert would.outcome == ("nudge" if hour is None else "hold")
    assert would.until == (None if hour is None else T0 + DAY + timedelta(hours=hour + 15))


def test_a_zone_that_became_known_since_is_not_seen_in_the_past(engine: Engine) -> None:
    world = of(engine, MAIL, "UTC")
    world.fact("firstwin.person.timezone", -HOUR, person_id="ada", props={"value": "America/New_York"}, arrives=2 * DAY)
    it_is(world, 3 * DAY)
    then = the_step(told(world, then=T0 + SIGNED_UP + 2 * HOUR, more=NIGHTS)).would
    assert then is not None
    assert then.outcome == "hold"


def test_what_else_the_step_does_is_done_at_once(engine: Engine) -> None:
    would = the_step(asked(engine, BOTH, "UTC")).would
    assert would is not None
    assert (would.outcome, would.until) == ("nudge", None)
    webhook, mail = would.does
    assert "held" not in webhook
    assert mail.endswith("(held until 2026-03-04 08:00 UTC by quiet hours)")


@pytest.mark.parametrize("more", ["class: service\n", "mode: shadow\n"])
def test_what_waits_for_no_daylight_is_told_as_ever(engine: Engine, more: str) -> None:
    would = the_step(asked(engine, MAIL + more, "UTC")).would
    assert would is not None
    assert would.outcome == "nudge"


def test_without_quiet_hours_it_leaves_at_night(engine: Engine) -> None:
    would = the_step(asked(engine, MAIL, "UTC", quiet="")).would
    assert would is not None
    assert (would.outcome, would.at) == ("nudge", T0 + DAY + 12 * HOUR)
