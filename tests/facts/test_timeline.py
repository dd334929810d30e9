from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import open_database, read
from firstwin.db.runs import Run
from firstwin.facts.timeline import Member, accounts_of, look, people_of, properties, seen_by, unplaced
from tests.facts.messages import LATER, alias, day, group, identify, put, track


@dataclass(frozen=True)
class At:
    now: datetime
    run: Run


def live(now: datetime) -> At:
    return At(now, Run(tables.LIVE, now, now, 1, sends=True))


def replay(now: datetime) -> At:
    return At(now, Run("past", now, now, 0, sends=False))


def test_properties_are_those_of_the_moment(engine: Engine) -> None:
    put(engine, group("p", "a", day(1), plan="free", mrr=5), group("p", "a", day(3), plan="pro", mrr=None))
    created = {"created_at": "2026-03-02T00:00:00Z"}
    with read(engine) as connection:
        found = [properties(connection, "account", ["a", "b"], day(n)) for n in (0, 1, 2, 3)]
    assert found == [
        {"a": {}, "b": {}},
        {"a": {"plan": "free", "mrr": 5, **created}, "b": {}},
        {"a": {"plan": "free", "mrr": 5, **created}, "b": {}},
        {"a": {"plan": "pro", **created}, "b": {}},
    ]


def test_a_replay_sees_only_what_was_known(engine: Engine) -> None:
    put(engine, group("p", "a", day(1), plan="free"), received_at=day(1))
    put(engine, group("p", "a", day(2), plan="pro"), received_at=day(9))
    with read(engine) as connection:
        assert look(connection, "account", ["a"], replay(day(5)))["a"]["plan"] == "free"
        assert look(connection, "account", ["a"], replay(day(9)))["a"]["plan"] == "pro"
        assert look(connection, "account", ["a"], live(day(5)))["a"]["plan"] == "pro"
    assert seen_by(live(day(1))) is None


def test_properties_are_read_by_subject_even_by_a_plan_for_any_value(postgres_engine: Engine) -> None:
    """PostgreSQL keeps such a plan of what is asked often; it read all properties that there are."""
    many = """INSERT INTO event (account_id, name, props, occurred_at, received_at, known_at)
        SELECT 'a' || i, 'firstwin.account.plan', '{"value": "free"}', '2026-03-01', now(), now() FROM generate_series(1, 10000) i"""
    unused = open_database(postgres_engine.url.render_as_string(hide_password=False))
    with closing(unused.connect()) as connection:
        connection.exec_driver_sql(many)
        connection.exec_driver_sql("ANALYZE event")
        for _ in range(6):  # the driver has what it is asked again and again prepared
            assert properties(connection, "account", ["a1"], LATER)["a1"] == {"plan": "free"}
        asked = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%row_number()%%'"
        statement = connection.exec_driver_sql(asked).scalar_one()
        plan = connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {statement}").scalars().all()
    unused.dispose()
    assert any("ix_event_account_id_name_occurred_at_seq" in line for line in plan), plan


def test_no_ids_no_answer(engine: Engine) -> None:
    with read(engine) as connection:
        assert properties(connection, "account", [], LATER) == {}
        assert people_of(connection, [], LATER) == {}


def test_events_that_look_alike_are_no_properties(engine: Engine) -> None:
    put(engine, track("Firstwin.person.plan", "p", day(1)), track("firstwinner", "p", day(1)))
    with read(engine) as connection:
        assert list(properties(connection, "person", ["p"], LATER)["p"]) == ["created_at"]


def test_names_are_told_however_they_were_spelled(engine: Engine) -> None:
    put(
        engine,
        identify("a", day(1), name="Ada Lovelace"),
        identify("b", day(1), firstName="Ada", lastName="Lovelace"),
        identify("c", day(1), first_name="Ada", name="Countess"),
        identify("d", day(1), name=" "),
    )
    with read(engine) as connection:
        found = look(connection, "person", ["a", "b", "c", "d"], live(LATER))
    assert [(p.get("name"), p.get("first_name"), p["id"]) for p in found.values()] == [
        ("Ada Lovelace", "Ada", "a"),
        ("Ada Lovelace", "Ada", "b"),
        ("Countess", "Ada", "c"),
        (" ", None, "d"),
    ]


def test_people_stand_in_the_order_in_which_they_joined(engine: Engine) -> None:
    put(
        engine,
        group("late", "a", day(3)),
        group("early", "a", day(1)),
        identify("early", day(1), email="early@example.com", role="owner", name="Eve"),
        group("early", "b", day(2)),
    )
    with read(engine) as connection:
        assert people_of(connection, ["a", "b", "c"], day(4)) == {
            "a": [
                Member("early", day(1), "early@example.com", "owner", "Eve"),
                Member("late", day(3), None, None, None),
            ],
            "b": [Member("early", day(2), "early@example.com", "owner", "Eve")],
            "c": [],
        }
        assert [m.id for m in people_of(connection, ["a"], day(2))["a"]] == ["early"]


def test_who_left_or_was_deleted_is_not_among_them(engine: Engine) -> None:
    put(
        engine,
        group("p", "a", day(1)),
        group("q", "a", day(1)),
        group("p", "a", day(2), left=True),
        identify("q", day(3), deleted=True),
    )
    with read(engine) as connection:
        found = [[m.id for m in people_of(connection, ["a"], day(n))["a"]] for n in (1, 2, 3)]
    assert found == [["p", "q"], ["q"], []]


def test_somebody_who_was_a_cookie_is_one_person(engine: Engine) -> None:
    put(
        engine, group("cookie", "a", day(1)), alias("cookie", "p", day(2)), identify("p", day(3), email="p@example.com")
    )
    with read(engine) as connection:
        assert [(m.id, m.since) for m in people_of(connection, ["a"], day(1))["a"]] == [("p", day(1))]


def test_an_account_is_that_of_the_moment(engine: Engine) -> None:
    put(
        engine,
        group("p", "a", day(1)),
        group("p", "b", day(2)),
        group("p", "b", day(3), left=True),
        identify("q", day(1)),
    )
    with read(engine) as connection:
        found = [accounts_of(connection, ["p", "q"], day(n)) for n in (0, 1, 2, 3)]
    assert found == [{}, {"p": "a"}, {"p": "b"}, {"p": "a"}]


def test_events_without_an_account_are_counted(engine: Engine) -> None:
    put(engine, track("opened", "p", day(1)), track("opened", "q", day(1)), identify("q", day(1), plan="x"))
    with read(engine) as connection:
        assert unplaced(connection) == 2
    put(engine, group("p", "a", day(2)))
    with read(engine) as connection:
        assert unplaced(connection) == 1
