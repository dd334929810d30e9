from datetime import timedelta

from sqlalchemy import Engine, select, update

from firstwin.db.engine import clock, read, write
from firstwin.db.tables import heartbeat
from firstwin.tools.heart import FORGOTTEN, beat_heart, forget_the_dead
from firstwin.tools.said import MISTAKES, Said
from firstwin.tools.vital import hearts


def who(engine: Engine) -> list[str]:
    with read(engine) as connection:
        return list(connection.scalars(select(heartbeat.c.who).order_by(heartbeat.c.who)))


def test_a_heart_has_one_row_with_its_newest_beat(engine: Engine) -> None:
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker")
        connection.execute(update(heartbeat).values(at=clock(connection) - timedelta(hours=1)))
        beat_heart(connection, "w1", "worker")
        at = connection.execute(select(heartbeat.c.at)).scalar_one()
        assert clock(connection) - at < timedelta(minutes=1)


def test_those_that_ended_long_ago_are_forgotten(engine: Engine) -> None:
    with write(engine) as connection:
        beat_heart(connection, "old", "worker")
        connection.execute(update(heartbeat).values(at=clock(connection) - FORGOTTEN - timedelta(minutes=1)))
        beat_heart(connection, "new", "worker")
        forget_the_dead(connection)
    assert who(engine) == ["new"]


def test_it_says_what_it_said_last(engine: Engine) -> None:
    with write(engine) as connection:
        for said in (Said(), Said(wrong=(MISTAKES,), tick_every=timedelta(minutes=5))):
            beat_heart(connection, "w1", "worker", said)
        (heart,) = hearts(connection, clock(connection))
    assert (heart.said.wrong, heart.said.tick_every) == ((MISTAKES,), timedelta(minutes=5))
