"""What is new: also what another transaction numbered long ago and committed only now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, insert, select

from firstwin.db import tables
from firstwin.db.engine import snapshot
from firstwin.match.seen import Seen, seen_by

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def put(connection: Connection, name: str, at: datetime = NOW) -> None:
    row = {"name": name, "account_id": "a", "props": {}, "occurred_at": at, "received_at": at, "known_at": at}
    connection.execute(insert(tables.event), [row])


def new_since(connection: Connection, seen: Seen, token: str) -> list[str]:
    fact = tables.event.alias()
    query = select(fact.c.name).where(seen.new(fact), *seen.visible(fact)).order_by(fact.c.seq)
    moments = {"now": NOW, "previous": NOW - timedelta(hours=1)}
    used = {name: value for name, value in moments.items() if seen.kind == "known"}
    return list(connection.execute(query, {**used, **seen.bind(token)}).scalars())


def test_what_was_committed_since_the_last_tick_is_new_once(engine: Engine) -> None:
    with snapshot(engine) as connection:
        put(connection, "first")
    with snapshot(engine) as connection:
        seen = seen_by(connection, "live")
        before, _ = seen.look(connection, None)
    with snapshot(engine) as connection:
        put(connection, "second")
    with snapshot(engine) as connection:
        assert new_since(connection, seen, before) == ["second"]
        after, _ = seen.look(connection, None)
    with snapshot(engine) as connection:
        assert new_since(connection, seen, after) == []


def test_a_slow_transaction_is_new_when_it_commits_though_its_number_is_old(postgres_engine: Engine) -> None:
    with postgres_engine.connect() as slow:
        put(slow, "numbered early")
        with snapshot(postgres_engine) as connection:
            put(connection, "committed first")
        with snapshot(postgres_engine) as connection:
            seen = seen_by(connection, "live")
            before, _ = seen.look(connection, None)
        slow.commit()
    with snapshot(postgres_engine) as connection:
        assert new_since(connection, seen, before) == ["numbered early"]


def test_what_is_committed_during_a_tick_is_seen_by_the_next(postgres_engine: Engine) -> None:
    with snapshot(postgres_engine) as tick:
        seen = seen_by(tick, "live")
        token, _ = seen.look(tick, None)
        with snapshot(postgres_engine) as other:
            put(other, "meanwhile")
        assert tick.execute(select(tables.event.c.name)).all() == []
    with snapshot(postgres_engine) as connection:
        assert new_since(connection, seen, token) == ["meanwhile"]


def test_a_replay_sees_what_was_known_by_then(engine: Engine) -> None:
    with snapshot(engine) as connection:
        for minutes, name in ((-90, "known before"), (-60, "known at the last slot"), (-1, "fresh"), (1, "not yet")):
            put(connection, name, NOW + timedelta(minutes=minutes))
        seen = seen_by(connection, "a replay")
        assert new_since(connection, seen, "") == ["fresh"]
        visible = select(tables.event.c.name).where(*seen.visible(tables.event)).order_by(tables.event.c.seq)
        assert list(connection.execute(visible, {"now": NOW}).scalars())[-1] == "fresh"


def test_a_token_from_another_cluster_is_recognised(postgres_engine: Engine) -> None:
    with snapshot(postgres_engine) as connection:
        seen = seen_by(connection, "live")
        own, _ = seen.look(connection, None)
        assert seen.look(connection, own) == (own, False)
        assert seen.look(connection, "900000000:900000000:") == (own, True)


def test_the_parameters_are_those_that_a_statement_binds() -> None:
    assert Seen("known").bind("") == {}
    assert Seen("sequence").bind("7") == {"token": 7}
    assert bindparam("token").key in Seen("snapshot").bind("1:1:")
