from datetime import timedelta

from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.demo.happenings import Happening, Watch, activated
from tests.outbox.given import NOON, answered, deliveries, sending


def a_fact(engine: Engine, name: str, account: str = "northwind", hours: int = 0) -> None:
    at = NOON + timedelta(hours=hours)
    times = {"occurred_at": at, "received_at": at, "known_at": at}
    with write(engine) as connection:
        connection.execute(insert(tables.event).values(name=name, account_id=account, props={}, **times))


def news(engine: Engine, watch: Watch) -> list[Happening]:
    with read(engine) as connection:
        return watch.news(connection)


def test_deeds_and_milestones_are_told_by_the_companys_name_and_properties_are_not(sqlite_engine: Engine) -> None:
    a_fact(sqlite_engine, "firstwin.milestone.activated", hours=1)
    a_fact(sqlite_engine, "signed_up")
    a_fact(sqlite_engine, "firstwin.account.plan")
    assert news(sqlite_engine, Watch()) == [
        Happening(NOON, "did", "Northwind Robotics", "signed_up"),
        Happening(NOON + timedelta(hours=1), "reached", "Northwind Robotics", "activated"),
    ]


def test_a_message_is_told_when_it_has_arrived(sqlite_engine: Engine) -> None:
    deliveries(sqlite_engine)
    watch = Watch()
    assert news(sqlite_engine, watch) == []
    (leased,) = sending(sqlite_engine, channels=("email",))
    answered(sqlite_engine, leased, "accepted")
    assert [(told.kind, told.what) for told in news(sqlite_engine, watch)] == [
        ("mail", "no-login → acme-0001@example.com")
    ]


def test_nothing_is_told_twice(sqlite_engine: Engine) -> None:
    watch = Watch()
    a_fact(sqlite_engine, "signed_up")
    assert len(news(sqlite_engine, watch)) == 1
    assert news(sqlite_engine, watch) == []
    a_fact(sqlite_engine, "logged_in")
    assert [told.what for told in news(sqlite_engine, watch)] == ["logged_in"]


def test_accounts_are_counted_once_each(sqlite_engine: Engine) -> None:
    for account in ("northwind", "northwind", "cedar"):
        a_fact(sqlite_engine, "firstwin.milestone.activated", account)
    a_fact(sqlite_engine, "firstwin.milestone.set_up", "harbor")
    with read(sqlite_engine) as connection:
        assert activated(connection) == 2
