"""Messages over HTTP: taken once and answered after they are stored, or refused with the reason; never a 500."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from sqlalchemy import Engine, select, text

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.facts.intake import source_status
from firstwin.facts.write_keys import make_key, revoke_key
from firstwin.tools.status import status
from firstwin.web.ingest import LARGEST_BATCH, MOST_MESSAGES
from tests.web.given import Site, running, said, track

KINDS: dict[str, dict[str, Any]] = {
    "track": {"event": "opened"},
    "identify": {"traits": {"email": "ada@acme.example"}},
    "group": {"groupId": "acme", "traits": {"mrr": 5}},
    "alias": {"previousId": "cookie"},
    "page": {"name": "Pricing"},
    "screen": {"name": "Home"},
}


# ---- taken ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_message_has_an_address_of_its_own(site: Site, kind: str) -> None:
    answer = site.post(f"/v1/{kind}", {"messageId": "m1", "userId": "ada", **KINDS[kind]})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [(row.id, row.source) for row in site.facts()] == [("m1", "shop")]


def test_a_batch_is_stored_before_it_is_answered(site: Site) -> None:
    answer = site.batch(*({"type": kind, "messageId": kind, "userId": "ada", **more} for kind, more in KINDS.items()))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert {row.id for row in site.facts()} == set(KINDS)


def test_a_message_that_comes_again_changes_nothing_and_the_first_wins(site: Site) -> None:
    first, second = track(properties={"n": 1}), track(properties={"n": 2})
    for batch in ([first, second], [second], [first]):
        assert site.batch(*batch).status_code == 200
    assert [row.props for row in site.facts()] == [{"n": 1}]


def test_gzip_is_unpacked(site: Site) -> None:
    assert site.zipped("/v1/batch", orjson.dumps({"batch": [track()]})).status_code == 200
    assert [row.name for row in site.facts()] == ["opened"]


def test_a_message_without_an_id_is_told_from_its_repetition_by_what_it_says(site: Site) -> None:
    message = {key: value for key, value in track().items() if key != "messageId"}
    for _ in range(2):
        assert site.batch(message).status_code == 200
    assert site.batch({**message, "event": "closed"}).status_code == 200
    assert [row.name for row in site.facts()] == ["opened", "closed"]


def test_one_without_id_and_time_counts_each_time(site: Site) -> None:
    for _ in range(2):
        assert site.post("/v1/track", {"userId": "ada", "event": "opened"}).status_code == 200
    assert len(site.facts()) == 2


def test_a_group_call_without_a_person_tells_of_the_account(site: Site) -> None:
    assert site.post("/v1/group", {"messageId": "g", "groupId": "acme", "traits": {"mrr": 5}}).status_code == 200
    assert [(row.account_id, row.person_id) for row in site.facts()] == [("acme", None)]
    with read(site.engine) as connection:
        assert connection.execute(select(tables.person)).all() == []


def test_what_a_batch_says_for_all_holds_for_each(site: Site) -> None:
    batch = [track("a"), track("b", context={"groupId": "other"})]
    site.post("/v1/batch", {"batch": batch, "context": {"groupId": "acme"}})
    assert [(row.name, row.account_id) for row in site.facts("a", "b")] == [("a", "acme"), ("b", "other")]


def test_an_event_without_an_account_waits_and_is_placed_when_the_account_comes(site: Site) -> None:
    site.batch(track())
    with read(site.engine) as connection:
        assert [(one.source, one.unplaced) for one in source_status(connection, clock(connection))] == [("shop", 1)]
    site.post("/v1/group", {"messageId": "g", "userId": "ada", "groupId": "acme"})
    assert [row.account_id for row in site.facts("opened")] == ["acme"]
    with read(site.engine) as connection:
        assert [one.unplaced for one in source_status(connection, clock(connection))] == [0]


# ---- times ----------------------------------------------------------------------------------------------------------


def test_a_wrong_clock_of_the_sender_is_corrected(site: Site) -> None:
    now = site.now()
    wrong = now - timedelta(days=400)  # it happened an hour before it was sent
    batch = {"batch": [track(timestamp=said(wrong - timedelta(hours=1)))], "sentAt": said(wrong)}
    assert site.post("/v1/batch", batch).status_code == 200
    (row,) = site.facts()
    assert abs(row.occurred_at - (now - timedelta(hours=1))) < timedelta(minutes=1)


def test_without_the_senders_clock_the_timestamp_counts_as_it_is(site: Site) -> None:
    then = site.now() - timedelta(days=3)
    assert (
        site.post("/v1/batch", {"batch": [track(timestamp=said(then))], "sentAt": "half past ten"}).status_code == 200
    )
    assert [row.occurred_at for row in site.facts()] == [then]


@pytest.mark.parametrize(
    ("ago", "why"),
    [(timedelta(days=-2), "more than a day ahead"), (timedelta(days=365 * 40), "before the year 2000")],
)
def test_a_date_that_cannot_be_is_refused(site: Site, ago: timedelta, why: str) -> None:
    answer = site.batch(track(timestamp=said(site.now() - ago)))
    assert answer.status_code == 400
    assert why in answer.json()["rejected"][0]["reason"]


# ---- one bad message ------------------------------------------------------------------------------------------------


def test_one_bad_message_keeps_the_good_ones_and_is_named_with_the_reason(site: Site) -> None:
    bad = track("", messageId="bad")
    answer = site.batch(track("a"), bad, track("b"), 7)
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "rejected": [
            {"index": 1, "messageId": "bad", "reason": "it has no event name"},
            {"index": 3, "messageId": None, "reason": "it is not a JSON object"},
        ],
    }
    assert [row.name for row in site.facts()] == ["a", "b"]
    with read(site.engine) as connection:
        (shop,) = status(connection).sources
    assert (shop.rejected, shop.newest_reject) == (2, "it is not a JSON object")


NESTED: Any = "deep"
for _ in range(40):
    NESTED = {"in": NESTED}

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an id that is no text": ({"messageId": {}}, "messageId"),
    "an id in a list": ({"messageId": ["m"]}, "messageId"),
    "no person": ({"userId": None}, "neither userId nor anonymousId"),
    "a person that is none": ({"userId": {"id": 1}}, "userId"),
    "an event that is no text": ({"event": [1]}, "event"),
    "our own names": ({"event": "firstwin.milestone.activated"}, "Firstwin's own"),
    "properties that are none": ({"properties": "x"}, "properties"),
    "a time that is none": ({"timestamp": "yesterday"}, "timestamp"),
    "a time far from any calendar": ({"timestamp": "9999-12-31T23:59:59Z"}, "ahead"),
    "an id that is too long": ({"messageId": "x" * 256}, "messageId"),
    "too deep": ({"properties": NESTED}, "nested deeper"),
    "the character NUL": ({"properties": {"x": "a\0b"}}, "NUL"),
    "the character NUL in its id": ({"messageId": "a\0b"}, "NUL"),
    "too long": ({"properties": {"x": "y" * 33_000}}, "longer than 32 kB"),
    "an unknown type": ({"type": "tracks"}, "tracks"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_refused_and_says_why(site: Site, name: str) -> None:
    changed, why = BAD[name]
    answer = site.batch(track() | changed)
    assert answer.status_code == 400
    assert why in answer.json()["rejected"][0]["reason"]
    assert why in answer.json()["message"]
    assert site.facts() == []


SPOILT = {
    "a number that is none": b'{"type": "track", "messageId": "bad", "userId": "ada", "event": "x", "properties": {"n": NaN}}',
    "a number too large for any": b'{"type": "track", "messageId": "bad", "userId": "ada", "event": "x", "properties": {"n": 1e400}}',
    "half a character": b'{"type": "track", "messageId": "bad", "userId": "ada", "event": "x\\ud83d"}',
}


@pytest.mark.parametrize("path", ["/v1/batch", "/batch/"])
@pytest.mark.parametrize("name", SPOILT)
def test_what_an_sdk_writes_that_is_no_json_spoils_its_message_alone(site: Site, path: str, name: str) -> None:
    good = track() if path == "/v1/batch" else {"event": "opened", "uuid": "u", "distinct_id": "ada"}
    answer = site.post(path, b'{"batch": [%s, %s]}' % (orjson.dumps(good), SPOILT[name]))
    assert answer.status_code == 200
    (bad,) = answer.json()["rejected"]
    assert (bad["index"], bad["messageId"]) == (1, "bad")
    assert "not valid JSON" in bad["reason"]
    assert [row.name for row in site.facts()] == ["opened"]


@pytest.mark.parametrize("levels", [200, 300, 1000])
def test_however_deep_a_message_is_nested_those_beside_it_are_stored(site: Site, levels: int) -> None:
    deep = b'{"messageId": "deep", "type": %s1%s}' % (b"[" * levels, b"]" * levels)
    beside = orjson.dumps(track(properties={"text": "x" * 30_000}))
    answer = site.post("/v1/batch", b'{"batch": [%s, %s], "integrations": "%s"}' % (beside, deep, b"x" * 10_000))
    assert answer.status_code == 200
    assert [bad["messageId"] for bad in answer.json()["rejected"]] == ["deep"]
    assert len(site.facts()) == 1


@pytest.mark.parametrize("zone", [{}, [], {"name": "Europe/Berlin"}, 5])
def test_a_trait_called_like_one_that_counts_may_hold_anything(site: Site, zone: Any) -> None:
    answer = site.post("/v1/identify", {"messageId": "i", "userId": "ada", "traits": {"timezone": zone, "plan": "pro"}})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert {row.name for row in site.facts("firstwin.person.plan", "firstwin.person.timezone")} == {
        "firstwin.person.plan",
        "firstwin.person.timezone",
    }


def test_what_a_batch_says_for_all_makes_it_no_larger_than_it_may_be(site: Site) -> None:
    """Said 2,500 times it would keep everybody else waiting for half a minute."""
    began = time.monotonic()
    names = {f"name{number}": number for number in range(20_000)}
    answer = site.post("/v1/batch", {"batch": [{"context": {}}] * MOST_MESSAGES, "context": names})
    assert answer.status_code == 413
    assert "context" in answer.json()["message"]
    assert time.monotonic() - began < 3
    deep = b'{"batch": [{}], "context": {"a": %s1%s}}' % (b"[" * 500, b"]" * 500)
    assert site.post("/v1/batch", deep).status_code == 400


def test_a_message_that_the_database_refuses_is_refused_alone(sqlite_engine: Engine, tmp_path: Path) -> None:
    """It should never come to that; if it does, whoever else was stored together with it must not suffer."""
    with running(sqlite_engine, tmp_path / "project") as site:
        with write(site.engine) as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER no BEFORE INSERT ON event WHEN new.name = 'evil' BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
            )
        answer = site.batch(track("a"), track("evil"), track("b"))
        assert (answer.status_code, answer.json()["rejected"][0]["messageId"]) == (200, "m-evil")
        assert [row.name for row in site.facts()] == ["a", "b"]


# ---- refused requests -----------------------------------------------------------------------------------------------

Refusal = Callable[[Site], httpx.Response]
REFUSED: dict[str, tuple[int, Refusal]] = {
    "a wrong key": (401, lambda site: site.batch(track(), key="fw_wrong")),
    "no key": (401, lambda site: site.batch(track(), key="")),
    "a wrong key in the body": (401, lambda site: site.post("/v1/batch", {"batch": [], "writeKey": "x"}, key="")),
    "a header that can't be read": (401, lambda site: site.client.post("/v1/batch", headers={"authorization": "Basic %%%"})),
    "a header of other letters": (401, lambda site: site.client.post("/v1/batch", headers={b"authorization": b"Basic \xff\xe9"})),
    "another scheme": (401, lambda site: site.client.post("/v1/batch", content=b'{"batch": []}', headers={"authorization": "Bearer x"})),
    "no JSON": (400, lambda site: site.post("/v1/batch", b"{")),
    "nothing": (400, lambda site: site.post("/v1/batch", b"")),
    "JSON nested beyond reading": (400, lambda site: site.post("/v1/batch", b"[" * 100_000)),
    "not a batch": (400, lambda site: site.post("/v1/batch", {"batch": {"a": 1}})),
    "a list": (400, lambda site: site.post("/v1/track", [track()])),
    "half a character": (400, lambda site: site.post("/v1/batch", b'{"batch": ["\xff"]}')),
    "too large": (413, lambda site: site.post("/v1/batch", b" " * (LARGEST_BATCH + 1))),
    "too many messages": (400, lambda site: site.batch(*[1] * (MOST_MESSAGES + 1))),
    "a bomb": (413, lambda site: site.zipped("/v1/batch", b" " * 200_000_000)),
    "not gzip": (400, lambda site: site.post("/v1/batch", b"{}", headers={"content-encoding": "gzip"})),
    "half a gzip": (400, lambda site: site.post("/v1/batch", b"\x1f\x8b\x08\0\0\0\0\0", headers={"content-encoding": "gzip"})),
    "another encoding": (415, lambda site: site.post("/v1/batch", b"{}", headers={"content-encoding": "br"})),
    "a GET": (405, lambda site: site.client.get("/v1/batch")),
    "another path": (404, lambda site: site.post("/v1/tracks", {})),
    "a path with a slash": (404, lambda site: site.post("/v1/batch/", {"batch": []})),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_that_cannot_be_taken_is_refused(site: Site, name: str) -> None:
    status_code, refusal = REFUSED[name]
    answer = refusal(site)
    assert answer.status_code == status_code
    said = answer.json()
    assert said["success"] is False
    assert said["code"]
    assert said["message"].endswith((".", "]}.")) or said["message"]
    assert site.facts() == []


def test_a_key_may_stand_in_the_body(site: Site) -> None:
    assert site.post("/v1/batch", {"batch": [track()], "writeKey": site.key}, key="").status_code == 200


def test_a_key_works_as_soon_as_it_is_made_and_no_longer_than_a_few_seconds_once_revoked(site: Site) -> None:
    with write(site.engine) as connection:
        key = make_key(connection, "web", who="test", at=clock(connection))
    assert site.batch(track(), key=key).status_code == 200
    with write(site.engine) as connection:
        revoke_key(connection, "web", clock(connection))
    until = time.monotonic() + 20
    while site.batch(track(), key=key).status_code == 200:
        assert time.monotonic() < until
    assert [row.source for row in site.facts()] == ["web"]


def test_a_source_that_sends_too_much_is_asked_to_wait(engine: Engine, tmp_path: Path) -> None:
    with running(engine, tmp_path / "project", ingest_rate=1) as site:
        answers = [site.batch(*[track(str(n)) for n in range(8)]) for _ in range(3)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert 1 <= int(refused[0].headers["retry-after"]) <= 10
        assert refused[0].json()["code"] == "too_many"


def test_a_slow_body_is_cut(sqlite_engine: Engine, tmp_path: Path) -> None:
    with running(sqlite_engine, tmp_path / "project", patience_s=0.2) as site:
        place = urlsplit(site.url)
        with socket.create_connection((place.hostname, place.port), timeout=30) as slow:
            slow.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            assert slow.recv(1000).startswith(b"HTTP/1.1 408 ")
            slow.sendall(b"{")
            assert ended(slow)


def ended(connection: socket.socket) -> bool:
    """Whether the other side ends it, before the test's patience does."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_answers_keep_browsers_from_mischief(site: Site) -> None:
    headers = site.batch(track()).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
