from __future__ import annotations

from typing import Any

import orjson
import pytest

from firstwin.facts.moments import iso
from firstwin.facts.segment import DEEPEST, LARGEST, Message, Refused, parse

TRACK: dict[str, Any] = {
    "type": "track",
    "messageId": "m1",
    "userId": "p1",
    "event": "signed_up",
    "timestamp": "2026-03-27T10:00:00Z",
    "properties": {"plan": "pro"},
}
IDENTIFY: dict[str, Any] = {**TRACK, "type": "identify", "traits": {"email": "p1@example.com"}}
GROUP: dict[str, Any] = {**TRACK, "type": "group", "groupId": "a1", "traits": {"mrr": 1000}}
ALIAS: dict[str, Any] = {**TRACK, "type": "alias", "previousId": "cookie"}


def read(body: object, received_at: int | None = None) -> Message | Refused:
    return parse(orjson.dumps(body), received_at)


def message(body: dict[str, Any], **changed: Any) -> Message:
    found = read({**body, **changed})
    assert isinstance(found, Message), found
    return found


def reason(line: bytes) -> str:
    found = parse(line, None)
    assert isinstance(found, Refused), found
    return found.reason


def test_a_track_is_an_event_with_its_properties() -> None:
    found = message(TRACK, context={"groupId": "a1"})
    assert iso(found.at) == "2026-03-27T10:00:00Z"
    assert found._replace(at=0) == Message("m1", "event", "p1", "a1", 0, "signed_up", {"plan": "pro"})


@pytest.mark.parametrize("kind", ["page", "screen"])
def test_a_page_or_screen_is_an_event_that_carries_its_name(kind: str) -> None:
    found = message(TRACK, type=kind, name="Pricing", category=None)
    assert (found.kind, found.name, found.body) == ("event", f"{kind}_viewed", {"name": "Pricing", "plan": "pro"})


def test_identify_and_group_bring_traits() -> None:
    assert message(IDENTIFY)[1:4] == ("identify", "p1", None)
    assert message(IDENTIFY).body == {"email": "p1@example.com"}
    assert message(GROUP)[1:4] == ("group", "p1", "a1")
    assert message(GROUP).body == {"mrr": 1000}


def test_the_traits_of_a_person_may_stand_in_the_context() -> None:
    elsewhere = {key: value for key, value in IDENTIFY.items() if key != "traits"}
    assert message(elsewhere, context={"traits": {"email": "p1@example.com"}}).body == {"email": "p1@example.com"}
    assert message(IDENTIFY, context={"traits": {"email": "other@example.com"}}).body == {"email": "p1@example.com"}
    assert message(elsewhere, context=7).body == {}


def test_a_group_call_may_say_that_a_person_left() -> None:
    found = message(GROUP, traits={"left": True, "mrr": 1})
    assert (found.kind, found.account, found.body) == ("leave", "a1", {"mrr": 1})
    assert message(GROUP, traits={"left": "yes"}).kind == "group"


def test_an_alias_names_the_previous_id() -> None:
    assert message(ALIAS)[1:3] == ("alias", "p1")
    assert message(ALIAS).name == "cookie"


def test_somebody_without_a_user_id_goes_by_the_anonymous_one() -> None:
    assert message(TRACK, userId=None, anonymousId="anon").person == "anon"
    assert message(TRACK, userId="", anonymousId="anon").person == "anon"
    assert message(TRACK, anonymousId="anon").person == "p1"


def test_an_id_may_be_a_number() -> None:
    assert message(TRACK, userId=17).person == "17"


def test_without_a_timestamp_it_happened_when_it_was_received() -> None:
    found = read({key: value for key, value in TRACK.items() if key != "timestamp"}, 1_000_000)
    assert isinstance(found, Message)
    assert found.at == 1_000_000


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00+02:00"),
        (1_704_067_200, "2024-01-01T00:00:00Z"),
        (1_704_067_200_000, "2024-01-01T00:00:00Z"),
        (1_704_067_200.5, "2024-01-01T00:00:00.500000Z"),
    ],
)
@pytest.mark.parametrize("spelling", ["createdAt", "created_at"])
def test_the_creation_is_one_property_however_it_is_spelled(spelling: str, said: object, kept: str) -> None:
    assert message(GROUP, traits={spelling: said}).body == {"created_at": kept}


@pytest.mark.parametrize("said", ["long ago", None, True, -5, 1e300, {}, ""])
def test_a_creation_that_cannot_be_read_is_left_out(said: object) -> None:
    assert message(IDENTIFY, traits={"createdAt": said, "plan": "pro"}).body == {"plan": "pro"}


def test_what_group_calls_tell_is_no_trait_of_a_person() -> None:
    assert message(IDENTIFY, traits={"account": "a1", "plan": "pro"}).body == {"plan": "pro"}
    assert message(GROUP, traits={"account": "a1"}).body == {"account": "a1"}


REFUSED: dict[str, list[Any]] = {
    "messageId": [{**TRACK, "messageId": None}, {**TRACK, "messageId": ""}, {**TRACK, "messageId": ["m"]}],
    "neither userId nor anonymousId": [{**TRACK, "userId": None}, {**TRACK, "userId": ""}],
    "not a text": [{**TRACK, "userId": {"id": 1}}, {**TRACK, "userId": True}, {**TRACK, "context": {"groupId": 1.5}}],
    "longer than 255 characters": [{**TRACK, "userId": "x" * 256}, {**TRACK, "event": "x" * 256}, {**GROUP, "groupId": "x" * 256}],
    "timestamp": [{**TRACK, "timestamp": "soon"}, {**TRACK, "timestamp": 1774605600}, {**TRACK, "timestamp": None}],
    "before 1970": [{**TRACK, "timestamp": "1969-12-31T23:59:59Z"}],
    "no event name": [{**TRACK, "event": None}, {**TRACK, "event": ""}],
    "Firstwin's own": [{**TRACK, "event": "firstwin.account.plan"}, {**GROUP, "traits": {"firstwin.x": 1}}],
    "not an object": [{**TRACK, "properties": [1]}, {**IDENTIFY, "traits": "pro"}],
    "the name of a trait": [{**IDENTIFY, "traits": {"x" * 201: 1}}],
    "no groupId": [{**GROUP, "groupId": None}],
    "no previousId": [{**ALIAS, "previousId": ""}],
    "its type is": [{**TRACK, "type": "Track"}, {**TRACK, "type": None}, {**TRACK, "type": {"a": "b" * 100}}],
    "not a JSON object": [[TRACK], "track", 5, None],
    "NUL": [{**TRACK, "event": "a\0b"}, {**TRACK, "properties": {"a": [{"b\0": 1}]}}],
}  # fmt: skip


@pytest.mark.parametrize(("says", "body"), [(says, body) for says, bodies in REFUSED.items() for body in bodies])
def test_what_cannot_be_taken_is_refused_with_the_reason(says: str, body: object) -> None:
    assert says in reason(orjson.dumps(body))


@pytest.mark.parametrize(
    "line", [b"", b"{", b"not json", b'{"a": NaN}', b'{"a": 1e999}', b'"\xff"', b'{"a": "\\ud800"}', b"[" * 2000]
)
def test_what_is_no_json_is_refused(line: bytes) -> None:
    assert "not valid JSON" in reason(line)


def test_a_message_may_be_as_large_as_segment_allows_and_no_larger() -> None:
    room = LARGEST - len(orjson.dumps({**TRACK, "properties": {"text": ""}}))
    assert message(TRACK, properties={"text": "x" * room})
    assert "longer than 32 kB" in reason(orjson.dumps({**TRACK, "properties": {"text": "x" * (room + 1)}}))


def test_a_message_may_be_so_deep_and_no_deeper() -> None:
    def nested(levels: int) -> Any:
        return [nested(levels - 1)] if levels else 1

    assert message(TRACK, properties={"deep": nested(DEEPEST - 2)})
    assert "nested deeper than 30 levels" in reason(
        orjson.dumps({**TRACK, "properties": {"deep": nested(DEEPEST - 1)}})
    )


def test_a_message_nested_deeper_than_python_calls_is_refused_like_any_other() -> None:
    line = orjson.dumps(TRACK)[:-1] + b',"x":' + b"[" * 1000 + b'"\\u0000"' + b"]" * 1000 + b"}"
    assert "nested deeper" in reason(line)


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    assert message(TRACK, properties={"items": [{} for _ in range(100)]})


def test_a_text_that_only_looks_like_nul_is_taken() -> None:
    assert message(TRACK, properties={"path": "\\u0000"}).body == {"path": "\\u0000"}
