from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, Integer, Text, select, update

from firstwin.db import tables
from firstwin.db.bulk import append, given, insert_given, one_of, renewed
from firstwin.db.engine import read, write
from firstwin.db.types import Instant, Json

account, event, member = tables.account, tables.event, tables.member
MOMENT = datetime(2026, 3, 27, 10, 0, 0, 123457, UTC)
MICROSECONDS = 1774605600123457
NAMES = ("id", "name", "props", "value_at", "occurred_at", "received_at", "known_at")


def fact(name: str, props: str = "{}", value_at: int | None = None) -> tuple[object, ...]:
    return (name, name, props, value_at, MICROSECONDS, MICROSECONDS, MICROSECONDS)


def test_texts_are_found_however_many_and_whatever_they_hold(engine: Engine) -> None:
    odd = ["plain", "it's", 'say "x"', "back\\slash", "comma,brace}", "", "null", "🎉"]
    with write(engine) as connection:
        connection.execute(tables.zone.insert(), [{"name": name} for name in odd])
        query = select(tables.zone.c.name).where(one_of(tables.zone.c.name, "ids"))
        assert set(connection.scalars(query, {"ids": odd})) == set(odd)
        assert connection.scalars(query, {"ids": ["other", "plain"]}).all() == ["plain"]
        assert connection.scalars(query, {"ids": []}).all() == []
        assert len(connection.scalars(query, {"ids": [str(n) for n in range(100_000)]}).all()) == 0


def test_texts_are_looked_up_in_an_index(sqlite_engine: Engine) -> None:
    query = select(event.c.id).where(one_of(event.c.id, "ids"))
    with read(sqlite_engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.compile(sqlite_engine)}", ("[]",)).all()
    assert "SEARCH event USING COVERING INDEX" in str(plan)


def test_given_rows_keep_their_types(engine: Engine) -> None:
    rows = given(engine.dialect, n=Integer(), name=Text(), at=Instant(), traits=Json)
    document = json.dumps(
        [
            {"n": 1, "name": "it's", "at": MICROSECONDS, "traits": {"a": [1, None, "x"]}},
            {"n": 2, "name": None, "at": None, "traits": {}},
        ]
    )
    with read(engine) as connection:
        found = connection.execute(select(rows).order_by(rows.c.n), {"rows": document}).all()
    assert [tuple(row) for row in found] == [(1, "it's", MOMENT, {"a": [1, None, "x"]}), (2, None, None, {})]


def test_given_rows_are_inserted_or_put_in_the_place_of_others(engine: Engine) -> None:
    insert = insert_given(engine.dialect, account, "id", "traits", "asserted")
    statement = insert.on_conflict_do_update(index_elements=[account.c.id], set_={"traits": insert.excluded.traits})
    for plan in ("free", "pro"):
        with write(engine) as connection:
            rows = [{"id": "a", "traits": {"plan": plan}, "asserted": {}}]
            connection.execute(statement, {"rows": json.dumps(rows)})
    with read(engine) as connection:
        assert connection.execute(select(account)).all() == [("a", {"plan": "pro"}, {})]


def test_appended_rows_are_what_was_said_in_its_order(engine: Engine) -> None:
    odd = 'tab\t line\n back\\slash \\N "quote"'
    with write(engine) as connection:
        append(connection, event, NAMES, [fact(odd, json.dumps({odd: odd}), MICROSECONDS + 1), fact("b")])
    e = event.c
    with read(engine) as connection:
        found = connection.execute(select(e.id, e.props, e.value_at, e.occurred_at).order_by(e.seq)).all()
    assert [tuple(row) for row in found] == [
        (odd, {odd: odd}, MOMENT + timedelta(microseconds=1), MOMENT),
        ("b", {}, None, MOMENT),
    ]


def test_what_is_appended_goes_with_its_transaction(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        append(connection, event, NAMES, [fact("a")])
        transaction.rollback()
    with read(engine) as connection:
        assert connection.execute(select(event.c.id)).all() == []


@pytest.mark.parametrize("again", [1, 2])
def test_renewed_rows_stand_at_the_end_in_their_order(engine: Engine, again: int) -> None:
    with write(engine) as connection:
        append(connection, event, NAMES, [fact(name) for name in "abcde"])
        rows = renewed(engine.dialect, event, select(event.c.seq).where(event.c.id.in_(["d", "b"])))
        for _ in range(again):
            connection.execute(update(event).where(event.c.seq == rows.c.seq).values(seq=rows.c.fresh))
        append(connection, event, NAMES, [fact("f")])
    with read(engine) as connection:
        found = connection.execute(select(event.c.seq, event.c.id).order_by(event.c.seq)).all()
    assert "".join(row.id for row in found) == "acebdf"
    assert len({row.seq for row in found}) == 6
