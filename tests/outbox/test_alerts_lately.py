"""No CSM gets more alerts than the project allows, and where there is room for one, the most important one goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.caps import Frequency
from firstwin.outbox.notices import NOTICE
from firstwin.rules.caps import Caps
from tests.outbox.given import NOON, REPLAY, a_rule, answered, deliveries, force, on_the_wire, row_of, taken

LONG = NOON + timedelta(days=365)
PRIORITIES = {"urgent": 9, "tips": 0, "news": 0, NOTICE: 0}
CSM = "cs-slack"  # where the alerts of these tests go


def frequency(*csms: str, **caps: Any) -> Frequency:
    return Frequency(Caps.model_validate(caps), PRIORITIES.__getitem__, frozenset(csms))


ONE, TWO = (frequency(CSM, csm={"at_most": most, "in_last": "1 day"}) for most in (1, 2))


def an_alert(engine: Engine, rule: str = "tips", **values: Any) -> int:
    (id_,) = deliveries(engine, rule=a_rule(rule), channels=("alert",), expires_at=LONG)
    force(engine, id_, **{"due_at": NOON - timedelta(hours=1) + timedelta(seconds=id_ % 3600)} | values)
    return id_


def goes(engine: Engine, found: Frequency, most: int = 1) -> set[int]:
    """The ids of those alerts that went out, of all that are due."""
    sent: set[int] = set()
    while leased := taken(engine, CSM, most=most):
        sending = on_the_wire(engine, leased, frequency=found).sending
        for each in leased:
            if each.id in sending:
                answered(engine, each, "accepted")
        sent |= sending
    return sent


def then(engine: Engine, **later: float) -> None:
    with write(engine) as connection:
        set_clock(connection, REPLAY, NOON + timedelta(**later))


def told(engine: Engine, id_: int) -> tuple[str, str | None]:
    row = row_of(engine, id_)
    return row.state, row.reason


@pytest.mark.parametrize("at_once", [1, 10])
def test_the_third_of_a_day_is_not_sent_and_says_why(engine: Engine, at_once: int) -> None:
    first, second, third = (an_alert(engine, rule) for rule in ("tips", "news", "tips"))
    assert goes(engine, TWO, at_once) == {first, second}
    assert told(engine, third) == ("suppressed", "capped")


@pytest.mark.parametrize(("hours", "is_sent"), [(23.9, False), (24, True)])
def test_after_a_day_there_is_room_again(engine: Engine, hours: float, is_sent: bool) -> None:
    an_alert(engine)
    goes(engine, ONE)
    then(engine, hours=hours)
    later = an_alert(engine, "news")
    assert goes(engine, ONE) == ({later} if is_sent else set())


@pytest.mark.parametrize(
    ("state", "counts"),
    [("sending", True), ("unknown", True), ("delivered", True), ("dead", False), ("suppressed", False)],
)
def test_what_may_have_arrived_counts_and_what_did_not_does_not(engine: Engine, state: str, counts: bool) -> None:
    settled_at = None if state in {"sending", "unknown"} else NOON
    an_alert(engine, state=state, settled_at=settled_at, sent_day=NOON.date())
    new = an_alert(engine)
    assert goes(engine, ONE) == (set() if counts else {new})


def test_a_channel_that_is_no_csm_s_has_no_cap(engine: Engine) -> None:
    alerts = {an_alert(engine) for _ in range(3)}
    assert goes(engine, frequency("of-ben", csm={"at_most": 1, "in_last": "1 day"})) == alerts


def test_the_room_of_another_csm_is_another_s(engine: Engine) -> None:
    an_alert(engine, state="delivered", settled_at=NOON, destination="of-ben")
    alert = an_alert(engine)
    assert goes(engine, frequency(CSM, "of-ben", csm={"at_most": 1, "in_last": "1 day"})) == {alert}


def test_caps_of_mails_are_none_of_alerts(engine: Engine) -> None:
    alerts = {an_alert(engine) for _ in range(3)}
    assert goes(engine, frequency(CSM, account={"at_most": 1, "in_last": "1 day"})) == alerts


def test_the_one_of_a_higher_priority_goes_though_it_came_later(engine: Engine) -> None:
    tips, urgent = an_alert(engine, "tips"), an_alert(engine, "urgent")
    assert goes(engine, ONE) == {urgent}
    assert told(engine, tips) == ("held", "outranked")
    then(engine, minutes=1)
    assert goes(engine, ONE) == set()
    assert told(engine, tips) == ("suppressed", "capped")


def test_what_ops_are_told_neither_counts_nor_waits(engine: Engine) -> None:
    an_alert(engine, state="delivered", settled_at=NOON)
    notice = an_alert(engine, rule=NOTICE)
    assert goes(engine, ONE) == {notice}
    then(engine, hours=25)
    an_alert(engine, rule=NOTICE, state="delivered", settled_at=NOON + timedelta(hours=24))
    alert = an_alert(engine)
    assert goes(engine, ONE) == {alert}
