"""PostHog's events, in the words of the Segment spec."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.facts.posted import posted
from firstwin.facts.posthog import NOISE, messages

NOW = 1_790_000_000_000_000
WHEN = {"uuid": "u1", "timestamp": "2026-03-27T10:00:00Z", "distinct_id": "ada"}


def said(event: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(id, kind, person, account, name, body) of what can be taken."""
    documents = [(0, document) for document in messages(WHEN | event, "company")]
    found = posted(documents, b"", received_at=NOW, sent_at=None)
    assert found.unfit == []
    return [(m.id, m.kind, m.person, m.account, m.name, m.body) for m in found.messages]


def test_an_event_names_the_account_by_its_group() -> None:
    event = {"event": "opened", "properties": {"n": 1, "$lib": "web", "$groups": {"company": "acme", "team": "red"}}}
    assert said(event) == [("u1", "event", "ada", "acme", "opened", {"n": 1})]


def test_an_event_may_tell_of_its_person_too() -> None:
    event = {"event": "opened", "properties": {"$set": {"role": "admin"}, "$set_once": {"role": "guest", "from": "ad"}}}
    assert said(event) == [
        ("u1:set", "identify", "ada", None, "", {"role": "admin", "from": "ad"}),
        ("u1", "event", "ada", None, "opened", {}),
    ]


def test_a_number_may_be_its_id() -> None:
    event = {"event": "opened", "uuid": 7, "properties": {"$set": {"role": "admin"}}}
    assert [message[0] for message in said(event)] == ["7:set", "7"]


@pytest.mark.parametrize("event", ["$set", "$set_once", "$identify"])
def test_what_only_tells_of_a_person_is_an_identify(event: str) -> None:
    key = "$set_once" if event == "$set_once" else "$set"
    assert said({"event": event, key: {"email": "a@b.example"}}) == [
        ("u1", "identify", "ada", None, "", {"email": "a@b.example"})
    ]


def test_whoever_logs_in_was_the_cookie_before() -> None:
    event = {"event": "$identify", "properties": {"$anon_distinct_id": "cookie"}}
    assert [one[:5] for one in said(event)] == [
        ("u1:alias", "alias", "ada", None, "cookie"),
        ("u1", "identify", "ada", None, ""),
    ]


def test_an_alias_joins_two() -> None:
    event = {"event": "$create_alias", "distinct_id": "cookie", "properties": {"distinct_id": "cookie", "alias": "ada"}}
    assert [one[:5] for one in said(event)] == [("u1", "alias", "ada", None, "cookie")]


def test_a_group_tells_of_the_account_and_of_nobody_in_it() -> None:
    group = {"$group_type": "company", "$group_key": "acme", "$group_set": {"mrr": 5}}
    assert said({"event": "$groupidentify", "properties": group}) == [("u1", "account", "", "acme", "", {"mrr": 5})]
    assert said({"event": "$groupidentify", "properties": group | {"$group_type": "team"}}) == []


@pytest.mark.parametrize(("event", "name"), [("$pageview", "page_viewed"), ("$screen", "screen_viewed")])
def test_pages_and_screens_are_named_like_segments(event: str, name: str) -> None:
    assert [one[4] for one in said({"event": event, "properties": {}})] == [name]


@pytest.mark.parametrize("event", sorted(NOISE))
def test_posthogs_own_machinery_is_left_out(event: str) -> None:
    assert said({"event": event, "properties": {}}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$set", "$groups"]), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["event", "properties", "distinct_id", "uuid", "timestamp", "$set", "$set_once"])
EVENTS = st.sampled_from(["$identify", "$set", "$groupidentify", "$create_alias", "$pageview", "opened"])


@given(st.dictionaries(KEYS, JSON), EVENTS | JSON)
def test_whatever_comes_is_taken_or_refused(event: dict[str, Any], name: object) -> None:
    documents = list(enumerate(messages(event | {"event": name}, "company")))
    found = posted(documents, orjson.dumps(event), received_at=NOW, sent_at=None)
    assert len(found.messages) + len(found.unfit) == len(documents)
