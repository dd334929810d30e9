"""Whatever order, company and repetition messages come in: every property has the same value at every time."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Row, or_, select

from firstwin.db import tables
from firstwin.db.engine import read
from firstwin.facts.subject import Kind
from tests.facts.messages import Body, alias, day, group, identify, props, put, track
from tests.facts.naive import World

TRAITS = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["free", "pro", None]),
        "seats": st.sampled_from([1, True, 1.5]),
        "trial": st.sampled_from(["2026-05-01", "2026-05-02", "2026-05-01T12:00:00Z"]),
        "timezone": st.sampled_from(["Europe/Berlin", "America/New_York", "Nowhere", None]),
        "created_at": st.sampled_from(["2025-01-01", "2025-06-01T00:00:00Z"]),
    },
)
# Ann is in one account alone; Bob is in several, so that his events have to name one. Both were others before.
ANN, BOB = st.sampled_from(["ann", "old-ann"]), st.sampled_from(["bob", "old-bob"])
ACCOUNTS = st.sampled_from(["acme", "apex"])
PLANS = st.one_of(
    st.tuples(st.just("identify"), st.one_of(ANN, BOB), st.none(), TRAITS),
    st.tuples(st.just("identify"), BOB, ACCOUNTS, TRAITS),
    st.tuples(st.just("group"), ANN, st.just("acme"), TRAITS),
    st.tuples(st.just("group"), BOB, ACCOUNTS, TRAITS),
    st.tuples(st.just("track"), ANN, st.sampled_from([None, "acme"]), st.none()),
    st.tuples(st.just("track"), BOB, ACCOUNTS, st.none()),
    st.tuples(st.just("alias"), st.sampled_from(["ann", "bob"]), st.none(), st.none()),
)
SUBJECTS: list[tuple[Kind, str]] = [("person", "ann"), ("person", "bob"), ("account", "acme"), ("account", "apex")]
histories = itertools.count()  # each example has subjects of its own, so that one database does for all


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Body], list[list[Body]], str]:
    """Messages, each at a time of its own; the batches that they come in; and what their subjects' names begin with."""
    prefix = f"h{next(histories)}-"
    plans = draw(st.lists(PLANS, min_size=1, max_size=8))
    messages = [_message(plan, day(number), prefix) for number, plan in enumerate(plans)]
    order = draw(st.permutations(messages)) + draw(st.lists(st.sampled_from(messages), max_size=2))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    return messages, [order[a:b] for a, b in itertools.pairwise([0, *cuts, len(order)])], prefix


def _message(plan: tuple[str, str, str | None, Any], at: datetime, prefix: str) -> Body:
    kind, name, group_name, traits = plan
    person, account = prefix + name, group_name and prefix + group_name
    match kind:
        case "identify":
            return identify(person, at, account=account, **traits)
        case "group":
            return group(person, account or "", at, **traits)
        case "track":
            return track("opened", person, at, account=account)
        case _:
            return alias(f"{prefix}old-{name}", person, at)


@pytest.mark.slow
@given(arrivals())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_properties_have_the_same_value_at_every_time(
    engine: Engine, arrival: tuple[list[Body], list[list[Body]], str]
) -> None:
    compare(engine, *arrival)


@pytest.mark.slow
@given(arrivals())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_properties_have_the_same_value_at_every_time_in_many_histories(
    engine: Engine, arrival: tuple[list[Body], list[list[Body]], str]
) -> None:
    compare(engine, *arrival)


EVENTS = st.tuples(st.just("track"), ANN, st.none(), st.none())
MOSTLY_EVENTS = st.one_of(EVENTS, EVENTS, EVENTS, PLANS)


@st.composite
def at_once(draw: st.DrawFn) -> tuple[list[Body], list[Body], str]:
    """Messages that make Ann and Bob known; then many, most of them events, that come one by one; and their prefix."""
    prefix = f"h{next(histories)}-"
    known = [group(f"{prefix}{name}", f"{prefix}acme", day(-1)) for name in ("ann", "bob")]
    plans = draw(st.lists(MOSTLY_EVENTS, min_size=12, max_size=24))
    return known, [_message(plan, day(number), prefix) for number, plan in enumerate(plans)], prefix


@pytest.mark.slow
@given(at_once())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_properties_have_the_same_value_where_several_store_at_once(
    postgres_engine: Engine, arrival: tuple[list[Body], list[Body], str]
) -> None:
    """SQLite has one writer."""
    known, messages, prefix = arrival
    put(postgres_engine, *known)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda message: put(postgres_engine, message), messages))
    hold(postgres_engine, known + messages, prefix)


def compare(engine: Engine, messages: list[Body], batches: list[list[Body]], prefix: str) -> None:
    for batch in batches:
        put(engine, *batch)
    hold(engine, messages, prefix)


def hold(engine: Engine, messages: list[Body], prefix: str) -> None:
    """The database says of every subject, at every time, what the messages in the order of time say."""
    world, told = World(tuple(messages)), facts(engine, prefix)
    for kind, name in SUBJECTS:
        for number in range(len(messages)):
            at, subject = day(number), prefix + name
            known = newest(told, kind, subject, at)
            assert {name: value for name, (value, _) in known.items()} == world.properties(kind, subject, at)
            for date in ("trial", "created_at"):
                assert known.get(date, (None, None))[1] == world.moment(kind, subject, date, at)
        assert props(engine, kind, subject, at) == world.properties(kind, subject, at)
    assert events(engine, prefix) == world.events()


def facts(engine: Engine, prefix: str) -> list[Row[Any]]:
    """In the order of time."""
    e = tables.event.c
    query = select(e.name, e.account_id, e.person_id, e.props, e.value_at, e.occurred_at)
    mine = or_(e.account_id.startswith(prefix), e.person_id.startswith(prefix))
    with read(engine) as connection:
        return list(connection.execute(query.where(mine).order_by(e.occurred_at, e.seq)))


def newest(told: list[Row[Any]], kind: Kind, subject: str, at: datetime) -> dict[str, tuple[Any, datetime | None]]:
    """Each property's value, and the moment that it names."""
    found, own = {}, f"firstwin.{kind}."
    for row in told:
        whose = row.account_id if kind == "account" else row.person_id
        if row.occurred_at <= at and row.name.startswith(own) and whose == subject:
            found[row.name.removeprefix(own)] = (row.props["value"], row.value_at)
    return {name: (value, moment) for name, (value, moment) in found.items() if value is not None}


@pytest.mark.slow
@given(arrivals())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_batch_brings_the_same_facts_as_one_message_after_the_other(
    engine: Engine, arrival: tuple[list[Body], list[list[Body]], str]
) -> None:
    _, batches, prefix = arrival
    order = [message for batch in batches for message in batch]
    put(engine, *(_renamed(message, prefix, f"one-{prefix}") for message in order))
    for message in order:
        put(engine, _renamed(message, prefix, f"many-{prefix}"))
    assert everything(engine, f"one-{prefix}") == everything(engine, f"many-{prefix}")


def _renamed(message: Body, old: str, new: str) -> Body:
    """The same message about others."""
    renamed = {key: value.replace(old, new) if key.endswith("Id") else value for key, value in message.items()}
    if "context" in message:
        renamed["context"] = {"groupId": message["context"]["groupId"].replace(old, new)}
    return renamed | {"messageId": new + message["messageId"]}


def events(engine: Engine, prefix: str) -> set[tuple[str, str | None, str]]:
    e = tables.event.c
    query = select(e.id, e.account_id, e.person_id).where(e.name == "opened", e.person_id.startswith(prefix))
    with read(engine) as connection:
        return {(row.id, row.account_id, row.person_id) for row in connection.execute(query)}


def everything(engine: Engine, prefix: str) -> dict[str, list[str]]:
    """All that is stored about these subjects, without their names and the order in which it was written."""
    found: dict[str, list[str]] = {}
    with read(engine) as connection:
        for name in ("event", "account", "person", "member", "alias"):
            columns = [c for c in tables.metadata.tables[name].columns if c.name not in {"seq", "tx"}]
            stored = [_plain(row) for row in connection.execute(select(*columns))]
            found[name] = sorted(row.replace(prefix, "") for row in stored if prefix in row)
    return found


def _plain(row: Row[Any]) -> str:
    return orjson.dumps(tuple(row), option=orjson.OPT_SORT_KEYS, default=str).decode()
