"""The next moment at which a state could change is never later than the moment at which it does."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import read
from firstwin.match.next_moment import next_moment
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import Seen
from firstwin.rules.terms import Subject
from tests.match import naive
from tests.match.packed import store, store_subjects
from tests.match.pool_terms import Sample
from tests.match.test_truth import CASES, ZONE, hash_of, world


@pytest.mark.slow
@pytest.mark.parametrize(("name", "about", "sample"), CASES, ids=[f"{n} ({a})" for n, a, _ in CASES])
def test_nothing_changes_before_the_next_moment(
    sqlite_engine: Engine, name: str, about: Subject, sample: Sample
) -> None:
    here = world(sample.term, about, "replay", seed=hash_of(name), histories=8)
    store_subjects(sqlite_engine, here.facts)
    store(sqlite_engine, here.facts)
    asked = Asked(here.rule, Seen("known"))
    now = Random(hash_of(name)).choice(here.slots)
    groups: dict[str, list[naive.Fact]] = {}
    for fact in naive.visible(here.facts, now):
        groups.setdefault((fact.account_id or fact.person_id or ":").split(":")[0], []).append(fact)
    with read(sqlite_engine) as connection:
        for facts in groups.values():
            for one in {fact.account_id if about == "account" else fact.person_id for fact in facts} - {None}:
                truth = naive.next_moment(sample.term, about, str(one), now, facts, zone=ZONE, run="replay")
                ours = next_moment(connection, asked, Moment("replay", now, zone=ZONE), sample.term, str(one))
                assert ours is None or ours > now
                assert truth is None or (ours is not None and ours <= truth), (one, truth, ours)
