"""Nobody gets more mails than the project allows, and where there is room for one, the most important one goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.caps import Frequency
from firstwin.outbox.claim import fences
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.wire import wire
from firstwin.rules.caps import Caps
from tests.outbox.given import (
    ADDRESSES,
    NOON,
    REPLAY,
    a_rule,
    answered,
    deliveries,
    force,
    on_the_wire,
    open_gates,
    row_of,
    taken,
)

LONG = NOON + timedelta(days=365)
PRIORITIES = {"urgent": 9, "tips": 0, "news": 0}


def frequency(**caps: Any) -> Frequency:
    return Frequency(Caps.model_validate(caps), PRIORITIES.__getitem__)


TWO_A_WEEK = frequency(person={"at_most": 2, "in_last": "7 days"})
ONE_A_WEEK = frequency(person={"at_most": 1, "in_last": "7 days"})
ONE_FOR_ALL = frequency(account={"at_most": 1, "in_last": "7 days"})


def a_mail(engine: Engine, rule: str = "tips", person: str = "anna", account: str = "acme", **values: Any) -> int:
    (id_,) = deliveries(engine, rule=a_rule(rule), channels=("email",), person=person, expires_at=LONG)
    due_at = NOON - timedelta(hours=1) + timedelta(seconds=id_ % 3600)  # one after the other
    force(engine, id_, **{"account_id": account, "address": f"{person}@example.com", "due_at": due_at} | values)
    return id_


def goes(engine: Engine, found: Frequency) -> set[int]:
    """The ids of those mails that went out, of all that are due."""
    sent: set[int] = set()
    while leased := taken(engine, "mail", most=1):
        sending = on_the_wire(engine, leased, frequency=found).sending
        for each in leased:
            if each.id in sending:
                answered(engine, each, "accepted")
        sent |= sending
    return sent


def then(engine: Engine, **later: float) -> None:
    at(engine, NOON + timedelta(**later))


def at(engine: Engine, now: datetime) -> None:
    with write(engine) as connection:
        set_clock(connection, REPLAY, now)


def told(engine: Engine, id_: int) -> tuple[str, str | None]:
    row = row_of(engine, id_)
    return row.state, row.reason


def test_the_third_of_a_week_is_not_sent(engine: Engine) -> None:
    first, second, third = (a_mail(engine, rule) for rule in ("tips", "news", "tips"))
    assert goes(engine, TWO_A_WEEK) == {first, second}
    assert told(engine, third) == ("suppressed", "capped")


@pytest.mark.parametrize(("days", "is_sent"), [(6.99, False), (7, True)])
def test_after_a_week_there_is_room_again(engine: Engine, days: float, is_sent: bool) -> None:
    a_mail(engine)
    goes(engine, ONE_A_WEEK)
    then(engine, days=days)
    later = a_mail(engine, "news")
    assert goes(engine, ONE_A_WEEK) == ({later} if is_sent else set())


def test_without_caps_everything_goes(engine: Engine) -> None:
    mails = {a_mail(engine) for _ in range(4)}
    assert goes(engine, frequency()) == mails


def test_an_account_s_cap_counts_all_of_its_people(engine: Engine) -> None:
    first, second = a_mail(engine, person="anna"), a_mail(engine, person="ben")
    other = a_mail(engine, person="cleo", account="big")
    assert goes(engine, ONE_FOR_ALL) == {first, other}
    assert told(engine, second) == ("suppressed", "capped")


def test_somebody_else_s_mails_do_not_count(engine: Engine) -> None:
    mails = {a_mail(engine, person="anna"), a_mail(engine, person="ben")}
    assert goes(engine, ONE_A_WEEK) == mails


def test_service_mails_neither_count_nor_wait(engine: Engine) -> None:
    mails = {a_mail(engine, **{"class": "service"}), a_mail(engine), a_mail(engine, **{"class": "service"})}
    assert goes(engine, ONE_A_WEEK) == mails


def test_the_one_of_a_higher_priority_goes_though_it_came_later(engine: Engine) -> None:
    tips, urgent = a_mail(engine, "tips"), a_mail(engine, "urgent")
    assert goes(engine, ONE_A_WEEK) == {urgent}
    assert told(engine, tips) == ("held", "outranked")
    then(engine, minutes=1)
    assert goes(engine, ONE_A_WEEK) == set()
    assert told(engine, tips) == ("suppressed", "capped")


def test_where_that_one_does_not_go_the_other_does(engine: Engine) -> None:
    tips, urgent = a_mail(engine, "tips"), a_mail(engine, "urgent")
    leased = taken(engine, "mail", most=1)
    assert on_the_wire(engine, leased, frequency=ONE_A_WEEK).sending == set()
    force(engine, urgent, state="cancelled", reason="goal_met")
    then(engine, minutes=1)
    assert goes(engine, ONE_A_WEEK) == {tips}


@pytest.mark.parametrize("state", ["held", "delivered", "cancelled", "dead"])
def test_nobody_waits_for_one_that_does_not_go_now(engine: Engine, state: str) -> None:
    tips, urgent = a_mail(engine, "tips"), a_mail(engine, "urgent")
    force(engine, urgent, state=state, settled_at=NOON - timedelta(days=30), due_at=NOON + timedelta(days=1))
    assert goes(engine, ONE_A_WEEK) == {tips}


def test_where_there_is_room_for_both_nobody_waits(engine: Engine) -> None:
    mails = {a_mail(engine, "tips"), a_mail(engine, "urgent")}
    assert goes(engine, TWO_A_WEEK) == mails


@pytest.mark.slow
def test_two_workers_do_not_both_send_the_last_one(engine: Engine) -> None:
    for round_ in range(10):
        mails = [a_mail(engine, person=f"person-{round_}") for _ in range(2)]
        leased = taken(engine, "mail")

        def goes_out(which: Any) -> frozenset[int]:
            restraint = Restraint(frequency=ONE_A_WEEK)
            with write(engine) as connection:
                return wire(connection, REPLAY, fences([which]), open_gates, ADDRESSES, restraint).sending

        with ThreadPoolExecutor(2) as pool:
            done = wait([pool.submit(goes_out, each) for each in leased]).done
        assert sum(len(each.result()) for each in done) == 1, mails


steps = st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc"), st.sampled_from("xy")), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(1, 3), st.integers(1, 3))
def test_no_window_ever_holds_more_and_none_stays_empty_for_nothing(
    engine: Engine, wanted: list[tuple[int, str, str]], of_person: int, of_account: int
) -> None:
    """Against a list: each mail goes exactly where fewer than the cap went in the time before it."""
    caps = frequency(
        person={"at_most": of_person, "in_last": "24 hours"}, account={"at_most": of_account, "in_last": "48 hours"}
    )
    with write(engine) as connection:
        for table in (tables.attempt, tables.delivery, tables.nudge, tables.start, tables.day_count):
            connection.execute(delete(table))
    now, went = NOON, list[tuple[datetime, str, str]]()
    for hours, person, account in wanted:
        now += timedelta(hours=hours)
        at(engine, now)
        id_ = a_mail(engine, person=person, account=account)
        mine = sum(who == person and now - at_ < timedelta(hours=24) for at_, who, _ in went)
        all_ = sum(where == account and now - at_ < timedelta(hours=48) for at_, _, where in went)
        expected = mine < of_person and all_ < of_account
        assert goes(engine, caps) == ({id_} if expected else set())
        went += [(now, person, account)] if expected else []
