import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import DatabaseError

from firstwin.db import tables as t
from firstwin.db.engine import look, write
from firstwin.tools.supposing import supposed
from tests.outbox.given import NOON

START = {
    "id": 7, "run": "live", "rule": "r", "subject": "acme", "key": "k", "per": "", "at": NOON, "ends_at": NOON,
    "seen_at": NOON, "state": "open", "rule_version": "1", "props": {"plan": "pro", "n": 3},
}  # fmt: skip


def stored(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(insert(t.start).values({**START, "id": 1, "subject": "other"}))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_only_the_supposed_rows_are_seen_and_whole(engine: Engine, count: int) -> None:
    stored(engine)
    rows = [{**START, "id": number, "key": str(number)} for number in range(count)]
    with look(engine) as connection, supposed(connection, {t.start: rows}):
        found = connection.execute(select(t.start).order_by(t.start.c.id)).mappings().all()
    assert [dict(row) for row in found] == [
        {column.name: row.get(column.name) for column in t.start.columns} for row in rows
    ]


def test_a_name_that_stands_for_the_table_is_supposed_too(engine: Engine) -> None:
    stored(engine)
    alias = t.start.alias("taken")
    with look(engine) as connection, supposed(connection, {t.start: [START]}):
        inner = select(alias.c.subject).where(alias.c.id == t.start.c.id).scalar_subquery()
        assert connection.execute(select(t.start.c.id, inner)).all() == [(7, "acme")]


def test_afterwards_everything_is_as_it_was(engine: Engine) -> None:
    stored(engine)
    with look(engine) as connection:
        with supposed(connection, {t.start: [START]}):
            assert connection.scalars(select(t.start.c.subject)).all() == ["acme"]
        assert connection.scalars(select(t.start.c.subject)).all() == ["other"]


def test_a_question_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    stored(engine)
    with look(engine) as connection:
        with pytest.raises(ZeroDivisionError), supposed(connection, {t.start: []}):
            raise ZeroDivisionError
        assert connection.scalars(select(t.start.c.subject)).all() == ["other"]


def test_a_question_about_many_is_asked_about_one(engine: Engine) -> None:
    rows = [{**START, "id": number, "subject": name} for number, name in enumerate(("acme", "beta"))]
    with look(engine) as connection, supposed(connection, {t.start: rows}, only="beta"):
        assert connection.execute(select(t.start.c.id, t.start.c.subject)).all() == [(1, "beta")]
        assert len(connection.execute(select(t.start.c.id)).all()) == 2


def test_what_is_only_looked_at_cannot_be_changed(engine: Engine) -> None:
    with pytest.raises(DatabaseError, match=r"readonly|read-only"), look(engine) as connection:
        connection.execute(insert(t.pause).values(scope="*", since=NOON, who="me"))
    with write(engine) as connection:
        connection.execute(insert(t.pause).values(scope="*", since=NOON, who="me"))
