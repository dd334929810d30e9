from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from firstwin.db.engine import read
from firstwin.db.tables import event
from firstwin.demo.feed import Feed
from firstwin.demo.messages import lines

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def newest(engine: Engine) -> datetime:
    with read(engine) as connection:
        found: datetime = connection.execute(select(func.max(event.c.occurred_at))).scalar_one()
        return found


def test_the_past_was_known_as_it_happened(sqlite_engine: Engine) -> None:
    Feed(sqlite_engine, lines(BEGIN)).send_the_past(BEGIN)
    assert newest(sqlite_engine) <= BEGIN
    with read(sqlite_engine) as connection:
        late = select(event.c.id).where(event.c.received_at != event.c.occurred_at)
        assert connection.execute(late).all() == []


def test_only_what_has_happened_arrives(sqlite_engine: Engine) -> None:
    feed = Feed(sqlite_engine, lines(BEGIN))
    feed.send_until(BEGIN + timedelta(days=2))
    assert BEGIN < newest(sqlite_engine) <= BEGIN + timedelta(days=2)
    assert not feed.is_over
    feed.send_until(BEGIN + timedelta(weeks=3))
    assert feed.is_over


def test_nothing_arrives_twice(sqlite_engine: Engine) -> None:
    feed = Feed(sqlite_engine, lines(BEGIN))
    for _ in range(2):
        feed.send_until(BEGIN + timedelta(days=1))
    with read(sqlite_engine) as connection:
        ids = connection.scalars(select(event.c.id).where(event.c.id.is_not(None))).all()
    expected = [line for line in lines(BEGIN) if line.at <= BEGIN + timedelta(days=1)]
    assert len(ids) == len(set(ids)) == len(expected)
