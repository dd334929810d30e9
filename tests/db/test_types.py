"""What differs between SQLite and PostgreSQL gives the same answer on both."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Engine, Text, cast, insert, literal, null, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.types import (
    Instant,
    Json,
    db_now,
    has_text,
    json_bool,
    json_has,
    json_lists,
    json_number,
    json_text,
    json_value,
    looks_like,
    period_start,
    shift,
)

TRAITS: dict[str, Any] = {
    "whole": 3,
    "zero": 0,
    "broken": -2.5,
    "large": 9_007_199_254_740_991,
    "text": "pro",
    "empty": "",
    "digits": "42",
    "long": "naïve ✓ 'quoted' \\ \"twice\"",
    "yes": True,
    "no": False,
    "nothing": None,
    "list": ["a", "b c", 3, True, None, ["deep"]],
    "object": {"text": "inner"},
}
NUMBERS = {"whole": 3.0, "zero": 0.0, "broken": -2.5, "large": 9_007_199_254_740_991.0}
TEXTS = {name: TRAITS[name] for name in ("text", "empty", "digits", "long")}
BOOLS = {"yes": True, "no": False}
traits = tables.account.c.traits

AWKWARD_KEYS = [
    "two words",
    "with.dot",
    "it's",
    "naïve",
    "✓",
    "$",
    "@type",
    "a[0]",
    "Capital",
    "capital",
    "100%",
    ":name",
]


def keep(engine: Engine, document: dict[str, Any]) -> None:
    with write(engine) as connection:
        connection.execute(insert(tables.account).values(id="a1", traits=document, asserted={}))


def ask(engine: Engine, *expressions: ColumnElement[Any]) -> list[Any]:
    with read(engine) as connection:
        return list(connection.execute(select(*expressions).select_from(tables.account)).one())


def constant(engine: Engine, expression: ColumnElement[Any]) -> Any:
    with read(engine) as connection:
        return connection.execute(select(expression)).scalar_one()


@pytest.mark.parametrize(
    ("member", "found"),
    [(json_number, NUMBERS), (json_text, TEXTS), (json_bool, BOOLS)],
    ids=["number", "text", "bool"],
)
def test_a_member_of_another_kind_reads_as_missing(engine: Engine, member: Any, found: dict[str, Any]) -> None:
    keep(engine, TRAITS)
    names = [*TRAITS, "absent"]
    read_back = dict(zip(names, ask(engine, *(member(traits, name) for name in names)), strict=True))
    assert read_back == {name: found.get(name) for name in names}


def test_null_and_missing_are_both_not_there(engine: Engine) -> None:
    keep(engine, TRAITS)
    names = [*TRAITS, "absent"]
    there = dict(zip(names, ask(engine, *(json_has(traits, name) for name in names)), strict=True))
    assert {name for name, has in there.items() if not has} == {"nothing", "absent"}
    assert set(there.values()) == {True, False}


def test_a_list_holds_texts_and_nothing_else(engine: Engine) -> None:
    keep(engine, TRAITS)
    asked = [json_lists(traits, "list", item) for item in ("a", "b c", "3", "true", "deep", "A", "c")]
    assert [bool(answer) for answer in ask(engine, *asked)] == [True, True, False, False, False, False, False]


@pytest.mark.parametrize("key", ["text", "object", "whole", "nothing", "absent"])
def test_what_is_no_list_holds_nothing(engine: Engine, key: str) -> None:
    keep(engine, TRAITS)
    assert not ask(engine, json_lists(traits, key, "pro"))[0]


@pytest.mark.parametrize("key", AWKWARD_KEYS)
def test_a_key_may_hold_any_sign(engine: Engine, key: str) -> None:
    keep(engine, {key: "mine", "other": "not mine"})
    assert ask(engine, json_text(traits, key), json_has(traits, key)) == ["mine", True]


@pytest.mark.parametrize("key", ['double"quote', "back\\slash", "line\nbreak", "tab\t", "\x1f"])
def test_a_key_that_stands_escaped_in_json_is_refused_and_disturbs_no_other(engine: Engine, key: str) -> None:
    for construct in (json_number, json_text, json_bool, json_has, json_value):
        with pytest.raises(ValueError, match="cannot be looked for"):
            construct(traits, key)
    with pytest.raises(ValueError, match="cannot be looked for"):
        json_lists(traits, key, "pro")
    keep(engine, {key: "mine", f'x"{key}': {"other": "inner"}, "other": "found", "last\\": 1})
    assert ask(engine, traits, json_text(traits, "other"), json_has(traits, "double")) == [
        {key: "mine", f'x"{key}': {"other": "inner"}, "other": "found", "last\\": 1},
        "found",
        False,
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [(3, 3.0), (0, -0.0), (-7, -7.0), (10**16, 1e16), (9_007_199_254_740_992, 9_007_199_254_740_992.0), (2.5, 2.50)],
)
def test_equal_numbers_are_one_value(engine: Engine, one: float, other: float) -> None:
    keep(engine, {"one": one, "other": other, "text": str(one), "near": one + 0.5 if abs(one) < 1e9 else one + 2})
    first, second, text, near = ask(engine, *(json_value(traits, key) for key in ("one", "other", "text", "near")))
    assert first == second
    assert first not in (text, near)


def test_values_are_told_from_one_another_by_their_json(engine: Engine) -> None:
    keep(engine, TRAITS)
    names = ("whole", "broken", "digits", "yes", "nothing", "absent")
    assert ask(engine, *(json_value(traits, name) for name in names)) == ["3", "-2.5", '"42"', "true", None, None]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Mars", "", '"', 'Asia"/Tokyo', '"x.y', "back\\slash", "[", "$", None])
def test_a_period_begins_in_the_zone_that_is_named_and_else_in_the_other(engine: Engine, zone: str | None) -> None:
    periods = literal({"": 0, "Asia/Tokyo": 1_000_000}, Json)
    found = constant(engine, period_start(periods, literal(zone, Text())))
    assert found == datetime(1970, 1, 1, 0, 0, 1 if zone == "Asia/Tokyo" else 0, tzinfo=UTC)


def test_members_can_be_compared_and_sorted_by(engine: Engine) -> None:
    with write(engine) as connection:
        rows = [{"id": f"a{n}", "traits": {"mrr": n}, "asserted": {}} for n in (5, 1000, 30)]
        rows.append({"id": "text", "traits": {"mrr": "999"}, "asserted": {}})
        connection.execute(insert(tables.account), rows)
        mrr = json_number(traits, "mrr")
        found = connection.scalars(select(tables.account.c.id).where(mrr >= 30).order_by(mrr.desc()))
        assert list(found) == ["a1000", "a30"]


MOMENTS = [
    datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2400, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_comes_back_to_the_microsecond(engine: Engine, moment: datetime) -> None:
    back = constant(engine, literal(moment, Instant()))
    assert back == moment
    assert back.utcoffset() == timedelta(0)


def test_a_moment_of_another_zone_is_the_same_moment(engine: Engine) -> None:
    there = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    assert constant(engine, literal(there, Instant())) == there


def test_no_moment_comes_back_as_none(engine: Engine) -> None:
    assert constant(engine, literal(None, Instant())) is None


@pytest.mark.parametrize(
    "by", [timedelta(days=14), timedelta(hours=-48), timedelta(microseconds=1), timedelta(0)], ids=str
)
def test_a_moment_shifts_by_an_exact_length(engine: Engine, by: timedelta) -> None:
    # The last Sunday of March: a day is 24 hours, whatever the clocks of some country do.
    moment = datetime(2026, 3, 28, 23, 59, 59, 999999, tzinfo=UTC)
    assert constant(engine, shift(literal(moment, Instant()), by)) == moment + by


def test_a_shifted_column_is_compared_with_a_moment(engine: Engine) -> None:
    moment = MOMENTS[0]
    with write(engine) as connection:
        connection.execute(
            insert(tables.event).values(name="x", props={}, occurred_at=moment, received_at=moment, known_at=moment)
        )
        due = shift(tables.event.c.occurred_at, timedelta(days=1))
        count = [
            len(list(connection.execute(select(tables.event.c.seq).where(due <= at))))
            for at in (moment + timedelta(days=1), moment + timedelta(days=1) - timedelta(microseconds=1))
        ]
    assert count == [1, 0]


def test_the_databases_clock_is_the_clock_on_the_wall(engine: Engine) -> None:
    rounding = timedelta(milliseconds=1)
    before = datetime.now(UTC)
    told = constant(engine, db_now())
    assert before - rounding <= told <= datetime.now(UTC) + rounding


LOOKS_LIKE = [
    ("report_sent", "report_*", True),
    ("report_sent", "*_sent", True),
    ("report_sent", "report*sent", True),
    ("report_sent", "Report_*", False),
    ("Report_sent", "report_*", False),
    ("reportXsent", "report_sent", False),
    ("100%", "100%", True),
    ("100 apples", "100%", False),
    ("a?c", "a?c", True),
    ("abc", "a?c", False),
    ("a[b]c", "a[b]c", True),
    ("abc", "a[b]c", False),
    ("a]c", "a]c", True),
    ("a\\c", "a\\c", True),
    ("a\\%", "a\\%", True),
    ("a\\bc", "a\\*", True),
    ("ac", "a\\c", False),
    ("", "*", True),
    ("", "", True),
    ("x", "", False),
    ("two\nlines", "two*", True),
    ("Straße", "Stra*e", True),
]


@pytest.mark.parametrize(("words", "pattern", "expected"), LOOKS_LIKE)
def test_a_star_stands_for_anything_and_nothing_else_does(
    engine: Engine, words: str, pattern: str, expected: bool
) -> None:
    assert bool(constant(engine, looks_like(literal(words, Text()), pattern))) is expected


SIGNS = st.text(alphabet="aA*%_[]^?-\\!'", max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # nothing is written
@given(words=SIGNS, pattern=SIGNS, part=SIGNS)
def test_matching_of_texts_equals_pythons(engine: Engine, words: str, pattern: str, part: str) -> None:
    told = literal(words, Text())
    with read(engine) as connection:
        alike, holds = connection.execute(select(looks_like(told, pattern), has_text(told, part))).one()
    wanted = ".*".join(re.escape(piece) for piece in pattern.split("*"))
    assert bool(alike) is (re.fullmatch(wanted, words, re.DOTALL) is not None)
    assert bool(holds) is (part in words)


@pytest.mark.parametrize(
    ("words", "part", "expected"),
    [
        ("Team plan", "plan", True),
        ("Team plan", "Plan", False),
        ("50% off", "%", True),
        ("Team", "_", False),
        ("x", "", True),
    ],
)
def test_a_text_holds_another_as_it_is_written(engine: Engine, words: str, part: str, expected: bool) -> None:
    assert bool(constant(engine, has_text(literal(words, Text()), part))) is expected


def test_a_missing_text_matches_nothing(engine: Engine) -> None:
    missing = cast(null(), Text())
    with read(engine) as connection:
        answers = connection.execute(select(looks_like(missing, "*"), has_text(missing, ""))).one()
    assert [bool(answer) for answer in answers] == [False, False]
