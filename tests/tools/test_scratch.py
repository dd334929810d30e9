from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.tools.scratch import FACTS, FIRST_OWN, NAME, scratch

T = datetime(2026, 3, 1, tzinfo=UTC)
e = tables.event


def fact(id_: str, name: str = "signed_up", run: str | None = None) -> dict[str, Any]:
    times = {"occurred_at": T, "received_at": T, "known_at": T}
    return {"id": id_, "account_id": "acme", "name": name, "props": {}, "run": run, **times}


@pytest.fixture
def project(engine: Engine) -> Engine:
    with write(engine) as connection:
        connection.execute(insert(e), [fact("real")])
        connection.execute(insert(tables.pause).values(scope="*", since=T, who="ada"))
    return engine


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_table_is_one_of_facts_or_one_that_a_run_makes() -> None:
    made = {"run", "rule_version", "rule", "tick", "start", "step_due", "episode", "nudge", "skip", "pause", "delivery",
            "attempt", "destination", "replay", "day_count", "digest", "digest_item", "plan"}  # fmt: skip
    assert set(tables.metadata.tables) - FACTS == made
    assert set(tables.metadata.tables) >= FACTS


def test_real_facts_are_seen_and_nothing_that_other_runs_made(project: Engine) -> None:
    with scratch(project, (), T, own_facts=False) as (connection, run):
        assert run.id == NAME
        assert list(connection.scalars(select(e.c.id))) == ["real"]
        assert list(connection.scalars(select(tables.pause.c.scope))) == []


@pytest.mark.parametrize("own_facts", [True, False])
def test_facts_of_the_run_go_into_a_table_of_its_own(project: Engine, own_facts: bool) -> None:
    with scratch(project, (), T, own_facts=own_facts) as (connection, _):
        connection.execute(insert(e), [fact("own", "firstwin.milestone.activated", NAME)])
        seen = connection.execute(select(e.c.id, e.c.seq).order_by(e.c.seq)).all()
        assert [row.id for row in seen] == (["real", "own"] if own_facts else ["real"])
        assert not own_facts or seen[1].seq > FIRST_OWN
    assert count(project, e) == 1


@pytest.mark.parametrize(
    "statement",
    [
        insert(tables.account).values(id="new", traits={}, asserted={}),
        update(tables.suppression).values(who="me"),
        delete(tables.member),
    ],
    ids=["insert", "update", "delete"],
)
def test_the_database_refuses_to_write_into_a_table_of_the_project(project: Engine, statement: Any) -> None:
    with pytest.raises(DatabaseError), scratch(project, (), T, own_facts=False) as (connection, _):
        connection.execute(statement)


def test_nothing_of_it_is_left(project: Engine) -> None:
    with scratch(project, (), T, own_facts=True) as (connection, _):
        connection.execute(insert(tables.rule).values(run=NAME, id="x", version="1", active_from=T))
        assert connection.execute(select(func.count()).select_from(tables.rule)).scalar_one() == 1
    assert count(project, tables.rule) == 0
    assert count(project, tables.run) == 0
    assert count(project, tables.pause) == 1
    with project.connect() as connection:  # the pool hands out no connection that still has the tables
        assert connection.scalars(select(tables.pause.c.scope)).all() == ["*"]
        connection.execute(insert(tables.account).values(id="new", traits={}, asserted={}))


def test_others_may_write_meanwhile_and_are_not_seen(project: Engine) -> None:
    with scratch(project, (), T, own_facts=False) as (connection, _):
        assert connection.execute(select(func.count()).select_from(e)).scalar_one() == 1
        with write(project) as other:
            other.execute(insert(e), [fact("meanwhile")])
        assert connection.execute(select(func.count()).select_from(e)).scalar_one() == 1
