from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, Integer, Text, func, select, text, update

from firstwin.db import tables
from firstwin.db.bulk import analyze, append, given, insert_given, many_commits, microseconds_of, one_of, renewed
from firstwin.db.engine import read, write
from firstwin.db.types import Instant, Json
from firstwin.facts.moments import microseconds

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


@pytest.mark.parametrize("count", [0, 1, 2000, 2222, 4021])
def test_any_number_of_rows_keeps_its_order(engine: Engine, count: int) -> None:
    names = [f"event {n}" for n in range(count)]
    with write(engine) as connection:
        append(connection, event, NAMES, [fact(name) for name in names])
        assert connection.scalars(select(event.c.id).order_by(event.c.seq)).all() == names


def test_if_one_row_fails_none_is_there(engine: Engine) -> None:
    rows = [fact(f"event {n}") for n in range(2500)]
    with pytest.raises(Exception, match=r"UNIQUE|unique"), write(engine) as connection:
        append(connection, event, NAMES, [*rows, rows[1200]])
    with read(engine) as connection:
        assert connection.execute(select(func.count()).select_from(event)).scalar_one() == 0


def test_instants_are_read_as_microseconds(engine: Engine) -> None:
    early = datetime(1, 1, 1, 0, 0, 0, 1, UTC)
    with write(engine) as connection:
        append(
            connection, event, NAMES, [fact("a", value_at=MICROSECONDS - 1), fact("b", value_at=microseconds(early))]
        )
        found = connection.execute(select(microseconds_of(event.c.value_at), event.c.value_at).order_by(event.c.seq))
        assert [tuple(row) for row in found] == [
            (MICROSECONDS - 1, MOMENT - timedelta(microseconds=1)),
            (microseconds(early), early),
        ]


FIRST, LAST = microseconds(datetime.min.replace(tzinfo=UTC)), microseconds(datetime.max.replace(tzinfo=UTC))


def test_every_instant_arrives_as_it_was(engine: Engine) -> None:
    edges = [FIRST, -1, 0, 1, 86_399_999_999, 86_400_000_000, LAST]
    some = [FIRST + (LAST - FIRST) * n // 300 + n * 7919 for n in range(300)]
    names = [f"event {n:03}" for n in range(len(edges) + len(some))]
    with write(engine) as connection:
        rows = [fact(name, value_at=at) for name, at in zip(names, [*edges, *some], strict=True)]
        append(connection, event, NAMES, rows)
    with read(engine) as connection:
        found = connection.execute(select(microseconds_of(event.c.value_at)).order_by(event.c.seq)).scalars().all()
    assert found == [*edges, *some]


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


def test_the_log_is_copied_seldom_for_as_long_as_many_commits_follow(sqlite_engine: Engine) -> None:
    def copied_after(connections: int) -> set[int]:
        with ExitStack() as stack:
            opened = [stack.enter_context(read(sqlite_engine)) for _ in range(connections)]
            return {c.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() for c in opened}

    usual = copied_after(1)
    with many_commits(sqlite_engine):
        assert copied_after(3) == {16_000}
    assert copied_after(3) == usual == {1000}


def test_the_planner_learns_what_the_tables_hold(engine: Engine) -> None:
    with write(engine) as connection:
        append(connection, event, NAMES, [fact(f"event {n}") for n in range(500)])
    analyze(engine, event, account)
    counted = {
        "sqlite": "SELECT DISTINCT stat LIKE '500 %' FROM sqlite_stat1 WHERE tbl = 'event' AND idx LIKE 'ix_event_known%'",
        "postgresql": "SELECT reltuples = 500 FROM pg_class WHERE relname = 'event'",
    }
    with read(engine) as connection:
        assert connection.execute(text(counted[engine.dialect.name])).scalar_one()
