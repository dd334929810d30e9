"""What shows that usage went down, a number fell, a value changed, a message arrived, or people meet a condition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import read
from firstwin.match.evidence import name_of
from firstwin.match.scope import Scope
from firstwin.match.seen import Seen
from firstwin.match.word import word
from firstwin.rules.terms import Changed, InLast, Moved, Nudged, PropertyName, Term, Usage
from tests.match.naive_examples import ACME, ANNA, DAY, HOUR, NOW, change, event, facts, joins
from tests.match.packed import store, store_subjects
from tests.match.pool_changes import ADMIN, any_person

SCORE = PropertyName("account", "score")
GIVEN = facts(
    ACME,
    ANNA,
    joins("acme"),
    change("person.role", "admin"),
    change("account.score", 80, NOW - 2 * DAY),
    change("account.score", 60.5, NOW - HOUR),
    *(event("login", NOW - days * DAY, person="anna") for days in (0, 1, 2, 2)),
    event("firstwin.nudged.trial", NOW - HOUR, {"step": "week"}, run="replay"),
)
WEEKLY = Usage(("login",), DAY, 2 * DAY, "down", 0.3, 3)


@pytest.mark.parametrize(
    ("term", "name", "last_at", "value"),
    [
        (WEEKLY, "login", NOW, 1),
        (Usage(("login",), DAY, 2 * DAY, "down", 0.5, 1, people=True), "login", NOW, 1),
        (Moved(SCORE, "fell", 15, InLast(DAY)), "account.score", None, 60.5),
        (Changed(SCORE, InLast(DAY)), "account.score", NOW - HOUR, 60.5),
        (Changed(SCORE, InLast(timedelta(minutes=1))), "account.score", None, 60.5),
        (Nudged("trial", InLast(DAY)), "trial", NOW - HOUR, None),
        (any_person(ADMIN), "", None, 1),
    ],
)
def test_each_word_shows_what_it_was_judged_by(
    engine: Engine, term: Term, name: str, last_at: datetime | None, value: Any
) -> None:
    store_subjects(engine, GIVEN)
    store(engine, GIVEN)
    shown = word(term).shown(Scope("account", tables.account.c.id, Seen("known")))
    query = select(shown.count, shown.last_at, shown.value).select_from(tables.account)
    with read(engine) as connection:
        row = connection.execute(query, {"now": NOW, "run": "replay"}).one()
    said = None if row[2] is None else orjson.loads(row[2])
    assert (name_of(term), row[0], row[1] and row[1].astimezone(UTC), said) == (name, None, last_at, value)
    assert list(word(term).clauses()) == [term]
