"""Where a destination keeps order, a message about an account waits for the older ones, and for nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from firstwin.db import tables
from firstwin.db.bulk import analyze
from firstwin.db.engine import read, write
from firstwin.outbox.bucket import Flow
from firstwin.outbox.claim import claim
from firstwin.outbox.pause import pause
from firstwin.outbox.replay import replay
from tests.outbox.given import (
    NOON,
    REPLAY,
    answered,
    deliveries,
    force,
    on_the_wire,
    passes,
    taken,
)

IN_ORDER = Flow(ordered=True)


def about_one(engine: Engine, count: int = 3, account: str = "acme") -> list[int]:
    """As many messages about the same account, the oldest first."""
    ids = deliveries(engine, count)
    for id_ in ids:
        force(engine, id_, account_id=account)
    return ids


def claimed(engine: Engine, flow: Flow = IN_ORDER) -> list[int]:
    return [each.id for each in taken(engine, flow=flow)]


def test_one_by_one_for_each_account(engine: Engine) -> None:
    first, *_ = about_one(engine)
    other, *_ = about_one(engine, account="globex")
    leased = sorted(taken(engine, flow=IN_ORDER), key=lambda each: each.id)
    assert [each.id for each in leased] == [first, other]
    assert claimed(engine) == []
    on_the_wire(engine, leased)
    assert claimed(engine) == []
    answered(engine, leased[0], "accepted")
    assert claimed(engine) == [first + 1]


def test_elsewhere_all_of_them_go_at_once(engine: Engine) -> None:
    ids = about_one(engine)
    assert claimed(engine, Flow()) == ids


def test_one_that_failed_is_waited_for(engine: Engine) -> None:
    about_one(engine)
    (leased,) = taken(engine, flow=IN_ORDER)
    on_the_wire(engine, [leased])
    answered(engine, leased, "retry")
    assert claimed(engine) == []
    passes(engine, minutes=10)
    force(engine, leased.id, due_at=NOON)
    assert claimed(engine) == [leased.id]


@pytest.mark.parametrize("kind", ["refused", "unknown"])
def test_one_that_is_dead_or_of_unknown_outcome_keeps_nobody_waiting(engine: Engine, kind: str) -> None:
    about_one(engine)
    (leased,) = taken(engine, flow=IN_ORDER)
    on_the_wire(engine, [leased])
    answered(engine, leased, kind)
    assert claimed(engine) == [leased.id + 1]


def test_nor_does_one_that_is_not_due_yet_or_whose_rule_is_paused(engine: Engine) -> None:
    first, second, third = about_one(engine)
    force(engine, first, due_at=NOON + timedelta(days=1))
    force(engine, second, rule="another")
    with write(engine) as connection:
        pause(connection, "another", who="ada", why=None, at=NOON)
    assert claimed(engine) == [third]


def test_a_message_without_an_account_waits_for_none(engine: Engine) -> None:
    for id_ in deliveries(engine, 2):
        force(engine, id_, account_id=None)
    assert len(claimed(engine)) == 2


def test_another_destination_has_its_own_order(engine: Engine) -> None:
    first, second, _ = about_one(engine)
    force(engine, first, destination="mail")
    assert claimed(engine) == [second]


def test_one_that_somebody_sends_again_goes_before_those_that_wait(engine: Engine) -> None:
    first, second, _ = about_one(engine)
    force(engine, first, state="dead", settled_at=NOON)
    with write(engine) as connection:
        replay(connection, [first], who="ada", why="to see")
    assert claimed(engine) == [first]
    assert second


# ---- what it costs --------------------------------------------------------------------------------------------------

DUE = 100_000


def many(engine: Engine, accounts: int) -> None:
    """So many that are due, copied in the database itself from one."""
    (first,) = deliveries(engine)
    names = [column.name for column in tables.delivery.c if column.name not in ("id", "key", "account_id")]
    copied = ", ".join(f'"{name}"' for name in names)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {DUE})"
    with write(engine) as connection:
        connection.exec_driver_sql(
            f"INSERT INTO delivery (key, account_id, {copied})"
            f" {numbers} SELECT 'k' || i, 'a' || (i - i / {accounts} * {accounts}), {copied} FROM n, delivery WHERE id = {first}"
        )
        connection.exec_driver_sql("UPDATE delivery SET account_id = 'a0'" + f" WHERE id = {first}")
    analyze(engine, tables.delivery)


@pytest.mark.slow
def test_a_claim_in_order_reads_indexes_alone_with_a_hundred_thousand_due(engine: Engine) -> None:
    """As the planner finds the table after a while, and with no statistics at all."""
    many(engine, 10_000)
    for _ in range(2):
        plans = explained(engine)
        assert len(plans) >= 2
        for plan in plans:
            assert "ix_delivery_claimable" in plan
            assert "ix_delivery_account_id_created_at" in plan
            assert not [
                word
                for word in ("Seq Scan on delivery", "SCAN older", "Hash", "Sort", "TEMP B-TREE", "Materialize")
                if word in plan
            ], plan
        if engine.dialect.name == "postgresql":
            with write(engine) as connection:
                connection.exec_driver_sql("DELETE FROM pg_statistic WHERE starelid = 'delivery'::regclass")


def explained(engine: Engine) -> list[str]:
    """How the statements of a claim are carried out, which is taken back."""
    asked: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "ORDER BY delivery.due_at" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    with engine.connect() as connection:
        assert claim(connection, REPLAY, "crm", "worker-1", most=4, flow=IN_ORDER)
        connection.rollback()
    event.remove(engine, "before_cursor_execute", remember)
    word = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with read(engine) as connection:
        plans = [connection.exec_driver_sql(f"{word} {one}", values).all() for one, values in asked]
    return ["\n".join(str(row[-1]) for row in plan) for plan in plans]
