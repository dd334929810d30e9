from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.types import json_text
from firstwin.facts.ingest import ingest
from tests.facts.messages import LATER, alias, day, group, identify, parsed, props, put, rows, track


def test_a_new_customer_becomes_facts(engine: Engine) -> None:
    put(
        engine,
        identify("p", day(1), email="p@example.com", createdAt="2026-01-01"),
        group("p", "a", day(2), name="Acme"),
        track("signed_up", "p", day(3), plan="pro"),
    )
    assert rows(engine) == [
        ("firstwin.person.email", "a", "p", {"value": "p@example.com"}, day(1)),
        ("firstwin.person.created_at", "a", "p", {"value": "2026-01-01"}, day(1)),
        ("firstwin.account.name", "a", None, {"value": "Acme"}, day(2)),
        ("firstwin.account.created_at", "a", None, {"value": "2026-03-03T00:00:00Z", "inferred": True}, day(2)),
        ("firstwin.person.account", "a", "p", {"value": "a"}, day(2)),
        ("signed_up", "a", "p", {"plan": "pro"}, day(3)),
    ]


def test_the_newest_values_stand_beside_the_facts(engine: Engine) -> None:
    put(
        engine,
        group("p", "a", day(1), plan="free"),
        group("p", "a", day(2), plan="pro"),
        group("p", "a", day(3), x=None),
    )
    a = tables.account.c
    with read(engine) as connection:
        assert connection.execute(select(a.id, a.traits)).all() == [
            ("a", {"plan": "pro", "created_at": "2026-03-02T00:00:00Z"})
        ]


ODD: dict[str, Any] = {
    'double"quote': 1,
    "back\\slash": "\\",
    "line\nbreak": 'said "x"',
    "tab\t\x1f": None,
    "✓ 🎉": [{'"': 2}],
}


def test_names_may_hold_any_sign_and_are_kept_exactly(engine: Engine) -> None:
    put(
        engine,
        identify("p", day(1), **ODD, plan="pro"),
        group("p", "a", day(1), **ODD, plan="pro"),
        track('a "b"\n\\', "p", day(2), **ODD, plan="pro"),
    )
    set_ = {name: value for name, value in ODD.items() if value is not None}
    assert props(engine, "person", "p", day(3)).items() >= {**set_, "plan": "pro"}.items()
    assert props(engine, "account", "a", day(3)).items() >= {**set_, "plan": "pro"}.items()
    assert rows(engine, 'a "b"\n\\')[0][3] == {**ODD, "plan": "pro"}
    with read(engine) as connection:
        asked = select(json_text(tables.event.c.props, "plan")).where(tables.event.c.name == 'a "b"\n\\')
        assert connection.scalars(asked).all() == ["pro"]
    assert put(engine, group("p", "a", day(4), **ODD, plan="pro")).facts == 1  # that nothing changed


def test_a_message_is_taken_once(engine: Engine) -> None:
    first, other = track("opened", "p", day(1), n=1), {**track("opened", "p", day(1), n=2)}
    other["messageId"] = first["messageId"]
    assert put(engine, first, other).repeated == 1
    stored = put(engine, other, first)
    assert (stored.new, stored.repeated, stored.facts) == (0, 2, 0)
    assert [row[3] for row in rows(engine, "opened")] == [{"n": 1}]


def test_a_message_that_changes_nothing_is_taken_once_too(engine: Engine) -> None:
    said = [
        identify("p", day(1), plan="pro"),
        identify("p", day(2), plan="pro"),
        identify("p", day(3)),
        group("p", "a", day(4)),
    ]
    put(engine, *said)
    before = rows(engine)
    assert put(engine, *said).repeated == len(said)
    assert rows(engine) == before
    with read(engine) as connection:
        ids = connection.scalars(select(tables.event.c.id).where(tables.event.c.id.is_not(None))).all()
    assert sorted(ids) == sorted(str(message["messageId"]) for message in said)


def test_only_a_change_is_a_change(engine: Engine) -> None:
    put(engine, *(identify("p", day(n), seats=seats) for n, seats in enumerate([1, 1.0, True, None, None, 2])))
    assert [row[3]["value"] for row in rows(engine, "firstwin.person.seats")] == [1, True, None, 2]


def test_an_older_value_that_arrives_late_never_overwrites(engine: Engine) -> None:
    put(engine, identify("p", day(5), plan="pro"))
    put(engine, identify("p", day(1), plan="free"))
    assert [props(engine, "person", "p", day(n)).get("plan") for n in (0, 1, 5)] == [None, "free", "pro"]


def test_between_two_equal_values_the_second_is_restored(engine: Engine) -> None:
    put(engine, identify("p", day(1), plan="pro"), identify("p", day(5), plan="pro"), identify("p", day(9), plan="pro"))
    put(engine, identify("p", day(3), plan="free"))
    assert [props(engine, "person", "p", day(n))["plan"] for n in (1, 3, 5, 9)] == ["pro", "free", "pro", "pro"]


def test_what_is_said_ahead_of_time_counts_from_its_arrival_but_an_event_stays_ahead(engine: Engine) -> None:
    put(engine, identify("p", day(9), plan="pro"), track("renews", "p", day(9)), received_at=day(2))
    assert [row[4] for row in rows(engine, "firstwin.person.plan", "renews")] == [day(2), day(9)]
    e = tables.event_name.c
    with read(engine) as connection:
        assert connection.execute(select(e.last_at).where(e.name == "renews")).scalar_one() == day(2)


def test_history_was_known_as_soon_as_it_happened(engine: Engine) -> None:
    put(engine, track("old", "p", day(1)), received_at=day(9), history=True)
    put(engine, track("new", "p", day(1)), received_at=day(9))
    e = tables.event.c
    with read(engine) as connection:
        found = connection.execute(
            select(e.name, e.known_at, e.received_at).where(e.name.in_(["old", "new"])).order_by(e.seq)
        )
        assert [tuple(row) for row in found] == [("old", day(1), day(9)), ("new", day(9), day(9))]


def test_a_deleted_subject_says_so(engine: Engine) -> None:
    put(engine, group("p", "a", day(1), deleted=True))
    assert [row[3] for row in rows(engine, "firstwin.account.deleted")] == [{"value": True}]


# ---- creation -------------------------------------------------------------------------------------------------------


def test_who_created_an_account_may_say_so_later(engine: Engine) -> None:
    put(engine, track("opened", "p", day(2), account="a"))
    put(engine, group("p", "a", day(4), created_at="2026-01-01"))
    created = [props(engine, "account", "a", day(n)).get("created_at") for n in (1, 2, 4)]
    assert created == [None, "2026-03-03T00:00:00Z", "2026-01-01"]


def test_an_earlier_message_moves_a_creation_that_nobody_said(engine: Engine) -> None:
    put(engine, track("opened", "p", day(5), account="a"))
    put(engine, track("opened", "p", day(3), account="a"))
    put(engine, track("opened", "p", day(1), account="a"))
    assert {props(engine, "account", "a", day(n))["created_at"] for n in (1, 3, 5)} == {"2026-03-02T00:00:00Z"}


# ---- dates and zones ------------------------------------------------------------------------------------------------


def moments(engine: Engine, name: str) -> list[Any]:
    e = tables.event.c
    with read(engine) as connection:
        return list(connection.scalars(select(e.value_at).where(e.name == name).order_by(e.seq)))


def test_a_date_lies_in_the_zone_of_its_subject_or_of_the_project(engine: Engine) -> None:
    put(engine, group("p", "a", day(1), ends="2026-05-01"), group("p", "b", day(1), ends="2026-05-01", timezone="Asia/Tokyo"),
        zone="Europe/Berlin")  # fmt: skip
    assert [m.isoformat() for m in moments(engine, "firstwin.account.ends")] == [
        "2026-04-30T22:00:00+00:00",
        "2026-04-30T15:00:00+00:00",
    ]


def test_dates_move_with_the_zone(engine: Engine) -> None:
    put(engine, group("p", "a", day(1), ends="2026-05-01", ends_at="2026-05-01T00:00:00Z"))
    put(engine, group("p", "a", day(2), timezone="Asia/Tokyo"))
    assert [(row[4], row[3]) for row in rows(engine, "firstwin.account.ends")] == [
        (day(1), {"value": "2026-05-01"}),
        (day(2), {"value": "2026-05-01", "inferred": True}),
    ]
    assert moments(engine, "firstwin.account.ends")[1].isoformat() == "2026-04-30T15:00:00+00:00"
    assert len(rows(engine, "firstwin.account.ends_at")) == 1


def test_the_zones_that_subjects_are_in_are_kept(engine: Engine) -> None:
    put(engine, identify("p", day(1), timezone="Asia/Tokyo"), group("p", "a", day(1), timezone="Mars/Olympus"))
    put(engine, identify("q", day(1), timezone="Asia/Tokyo"), identify("q", day(2), timezone="Europe/Berlin"))
    with read(engine) as connection:
        assert set(connection.scalars(select(tables.zone.c.name))) == {"Asia/Tokyo", "Europe/Berlin"}
    assert props(engine, "account", "a", LATER)["timezone"] == "Mars/Olympus"


# ---- accounts and people --------------------------------------------------------------------------------------------


def test_events_wait_for_their_account_and_are_news_when_it_comes(engine: Engine) -> None:
    put(engine, identify("p", day(1), plan="x"), track("signed_up", "p", day(1)), track("other", "q", day(1)))
    last = len(rows(engine))
    put(engine, group("p", "a", day(2)))
    e = tables.event.c
    with read(engine) as connection:
        found = {row.name: row for row in connection.execute(select(e.name, e.account_id, e.seq))}
    assert found["signed_up"].account_id == found["firstwin.person.plan"].account_id == "a"
    assert found["signed_up"].seq > last > found["firstwin.person.plan"].seq
    assert found["other"].account_id is None


def test_what_is_stored_after_a_fact_was_moved_comes_after_it(engine: Engine) -> None:
    put(engine, *(track("opened", "p", day(n)) for n in range(5)))
    put(engine, group("p", "a", day(9)), track("closed", "p", day(9)))
    assert [row[4] for row in rows(engine, "opened")] == [day(n) for n in range(5)]
    assert rows(engine)[-1][0] == "closed"


def test_moved_facts_belong_to_the_transaction_that_moved_them(postgres_engine: Engine) -> None:
    put(postgres_engine, track("signed_up", "p", day(1)))
    put(postgres_engine, group("p", "a", day(2)))
    e = tables.event.c
    with read(postgres_engine) as connection:
        found = {row.name: int(row.tx) for row in connection.execute(select(e.name, e.tx))}
    assert found["signed_up"] == found["firstwin.person.account"] > found["firstwin.person.created_at"]


def test_an_event_of_somebody_in_several_accounts_has_to_name_one(engine: Engine) -> None:
    put(engine, group("p", "a", day(1)), group("p", "b", day(2)))
    put(engine, track("opened", "p", day(3)), track("opened", "p", day(4), account="a"), track("opened", "p", day(1.5)))
    assert [row[1] for row in rows(engine, "opened")] == [None, "a", "a"]


def test_who_left_an_account_does_nothing_more_in_it(engine: Engine) -> None:
    put(engine, group("p", "a", day(1)), group("p", "a", day(3), left=True), track("opened", "p", day(4)))
    assert rows(engine, "opened")[0][1] is None
    assert [(row[1], row[3]["value"]) for row in rows(engine, "firstwin.person.account")] == [("a", "a"), ("a", None)]


def test_a_milestone_of_a_person_stays_where_it_is(engine: Engine) -> None:
    put(engine, identify("p", day(1)))
    milestone = {"name": "firstwin.milestone.x", "person_id": "p", "props": {}, "run": "live"}
    with write(engine) as connection:
        times = dict.fromkeys(("occurred_at", "received_at", "known_at"), day(1))
        connection.execute(tables.event.insert().values(**milestone, **times))
    put(engine, group("p", "a", day(2)))
    assert rows(engine, "firstwin.milestone.x")[0][1] is None


# ---- aliases --------------------------------------------------------------------------------------------------------


def test_an_alias_makes_two_people_one_before_and_after(engine: Engine) -> None:
    put(engine, identify("cookie", day(1), plan="free"), track("looked", "cookie", day(1)))
    put(engine, identify("p", day(2), plan="pro"))
    put(engine, alias("cookie", "p", day(3)), track("looked", "cookie", day(4)))
    assert {row[2] for row in rows(engine)} == {"p"}
    assert [props(engine, "person", "p", day(n))["plan"] for n in (1, 2)] == ["free", "pro"]
    with read(engine) as connection:
        assert connection.scalars(select(tables.person.c.id)).all() == ["p"]


def test_aliases_may_follow_each_other(engine: Engine) -> None:
    put(engine, track("looked", "a", day(1)), alias("a", "b", day(2)), track("looked", "b", day(3)))
    put(engine, alias("b", "c", day(4)))
    put(engine, track("looked", "a", day(5)), track("looked", "b", day(6)), alias("c", "a", day(7)))
    assert [row[2] for row in rows(engine, "looked")] == ["c"] * 4


def test_what_a_cookie_did_belongs_to_the_account_of_whoever_it_was(engine: Engine) -> None:
    put(engine, track("opened", "cookie", day(1)))
    put(engine, group("p", "a", day(2)), alias("cookie", "p", day(3)))
    assert [row[1:3] for row in rows(engine, "opened")] == [("a", "p")]


def test_an_alias_brings_accounts_and_suppressions_along(engine: Engine) -> None:
    put(engine, group("cookie", "a", day(1)), track("opened", "p", day(2)))
    with write(engine) as connection:
        refused = {"person_id": "cookie", "class": "*", "reason": "unsubscribed", "since": day(1), "who": "page"}
        connection.execute(tables.suppression.insert().values(refused))
    put(engine, alias("cookie", "p", day(3)))
    assert [row[1] for row in rows(engine, "opened")] == ["a"]
    with read(engine) as connection:
        assert connection.execute(select(tables.member.c.person_id)).all() == [("p",)]
        assert connection.execute(select(tables.suppression.c.person_id)).all() == [("p",)]


# ---- many at once ---------------------------------------------------------------------------------------------------


def test_names_are_counted_with_their_first_and_last_time(engine: Engine) -> None:
    put(engine, track("opened", "p", day(5)), track("opened", "p", day(7)))
    put(engine, track("opened", "p", day(3)), identify("p", day(3)), identify("p", day(4)))
    n = tables.event_name.c
    with read(engine) as connection:
        found = connection.execute(select(n.name, n.first_at, n.last_at, n["count"]).order_by(n.name)).all()
    assert [tuple(row) for row in found if row.name == "opened"] == [("opened", day(3), day(7), 3)]
    assert {row.name for row in found} == {"opened", "firstwin.person.created_at"}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_a_large_batch_takes_as_many_statements_as_a_small_one(engine: Engine) -> None:
    def messages(first: int, people: int) -> list[dict[str, Any]]:
        some = range(first, first + people)
        return [
            *(identify(f"p{n}", day(1), plan="x") for n in some),
            *(track("opened", f"p{n}", day(2)) for n in some),
            *(group(f"p{n}", f"a{n}", day(2), plan="x") for n in some),
            *(identify(f"p{n}", day(0.5), plan="y") for n in some),
            *(alias(f"p{n}", f"q{n}", day(3)) for n in some),
        ]

    with counted(engine) as small:
        put(engine, *messages(0, 1))
    with counted(engine) as large:
        put(engine, *messages(1, 300))
    assert len(large) == len(small)


def test_two_who_ingest_at_once_wait_for_each_other(engine: Engine) -> None:
    batches = [[track("opened", f"p{n}", day(n), account="a", n=n), group("p", "a", day(n), n=n)] for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda batch: put(engine, *batch), [*batches, *batches]))
    assert len(rows(engine, "opened")) == len(batches)
    assert len(rows(engine, "firstwin.account.n")) == len(batches)
    assert props(engine, "account", "a", LATER)["n"] == len(batches) - 1


def test_what_is_not_committed_was_never_there(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        ingest(connection, parsed([track("opened", "p", day(1))]), received_at=LATER)
        transaction.rollback()
    assert rows(engine) == []


def test_texts_keep_every_character(engine: Engine) -> None:
    odd = "tab\tline\nback\\slash 'quote\" \\N é 漢 🎉 \x7f"
    put(engine, track(odd, odd, day(1), account=odd, **{odd: odd}))
    assert rows(engine, odd) == [(odd, odd, odd, {odd: odd}, day(1))]


def test_microseconds_are_kept(engine: Engine) -> None:
    at = day(1) + timedelta(microseconds=123_457)
    put(engine, track("opened", "p", at))
    assert rows(engine, "opened")[0][4] == at


def test_numbers_of_any_size_are_kept(engine: Engine) -> None:
    numbers = [1e300, -1e-300, 2**53 + 1, -(2**63), 0.1]
    put(engine, *(identify("p", day(n), size=size) for n, size in enumerate(numbers)))
    assert [props(engine, "person", "p", day(n))["size"] for n in range(len(numbers))] == numbers
    put(engine, identify("p", day(4), other=1))  # reads the newest values, and writes them again
