"""Which mails of other rules a backtest counts: those that arrived, to the same people and accounts, in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import read
from firstwin.db.tables import LIVE
from firstwin.rules.caps import Caps
from firstwin.tools.backtest.others import others
from firstwin.tools.backtest.room import whose
from tests.outbox.given import NOON, REPLAY, a_rule, deliveries, force

DAY = timedelta(days=1)
CAP = {"at_most": 3, "in_last": "7 days"}
BOTH = Caps.model_validate({"person": CAP, "account": CAP})
MAILS = [whose(NOON, "ada", "Ada@x.example", "x"), whose(NOON + 2 * DAY, None, "ben@y.example", "y")]


def a_mail(engine: Engine, rule: str = "other", *, run: str = LIVE, at: datetime = NOON, **values: Any) -> int:
    """One that arrived; to nobody in particular."""
    (id_,) = deliveries(engine, rule=a_rule(rule), channels=("email",), run=run)
    whom = {"person_id": None, "account_id": None, "address": "zoe@z.example"}
    force(engine, id_, **{"state": "delivered", "settled_at": at, **whom, **values})
    return id_


def found(engine: Engine, caps: Caps = BOTH) -> list[datetime]:
    with read(engine) as connection:
        return [one.at for one in others(connection, a_rule("asked"), caps, MAILS)]


@pytest.mark.parametrize(
    "whom",
    [{"person_id": "ada"}, {"address": "ada@x.example"}, {"address": "Ada@x.example"}, {"account_id": "y"}],
)
def test_mails_to_the_same_people_and_accounts_count(engine: Engine, whom: Any) -> None:
    a_mail(engine, at=NOON - DAY, **whom)
    a_mail(engine, at=NOON - DAY, person_id="zoe")
    assert found(engine) == [NOON - DAY]


@pytest.mark.parametrize(
    "values",
    [{"class": "service"}, {"state": "suppressed"}, {"state": "sending"}, {"channel": "alert"}],
)
def test_what_is_no_mail_that_arrived_does_not_count(engine: Engine, values: Any) -> None:
    a_mail(engine, person_id="ada", **values)
    assert found(engine) == []


def test_the_rule_s_own_mails_and_those_of_rehearsals_do_not_count(engine: Engine) -> None:
    a_mail(engine, "asked", person_id="ada")
    a_mail(engine, run=REPLAY, person_id="ada")
    assert found(engine) == []


def test_only_what_lies_in_the_window_of_some_mail_is_read_in_order(engine: Engine) -> None:
    for days in (3, -7, 1, 2, -6.9, -1):
        a_mail(engine, at=NOON + days * DAY, person_id="ada")
    assert found(engine) == [NOON + days * DAY for days in (-6.9, -1, 1, 2)]


def test_only_what_a_cap_asks_for_is_looked_at(engine: Engine) -> None:
    a_mail(engine, at=NOON - 2 * DAY, person_id="ada")
    a_mail(engine, at=NOON - DAY, account_id="x")
    assert found(engine, Caps.model_validate({"person": CAP})) == [NOON - 2 * DAY]
    assert found(engine, Caps.model_validate({"account": CAP})) == [NOON - DAY]
    assert found(engine, Caps()) == []
