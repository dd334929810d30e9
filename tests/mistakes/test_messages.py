"""What can be wrong in what comes over HTTP: each is told with a status and a sentence, and nothing of it is stored."""

from __future__ import annotations

import base64
import gzip
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from firstwin.db import tables
from firstwin.db.engine import read
from tests.servers.fresh import copy_sqlite, empty_postgres
from tests.web.given import Site, running, track

COUNTED: Final = {"intake", "reject"}  # what was refused is counted, and told by `firstwin status`


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


Ask = Callable[[Site], Answer]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all of them: whatever one leaves behind would show in the next."""
    folder = tmp_path_factory.mktemp("site")
    if request.param == "sqlite":
        engine = copy_sqlite(request.getfixturevalue("_sqlite_template"), folder)
    else:
        engine = request.getfixturevalue("_postgres")
        empty_postgres(engine)
    with running(engine, folder / "project") as found:
        assert found.batch(track("good", context={"groupId": "acme"})).status_code == 200
        yield found


def rows(site: Site) -> dict[str, int]:
    kept = [table for table in tables.metadata.sorted_tables if table.name not in COUNTED]
    with read(site.engine) as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in kept}


def must_be_told(site: Site, ask: Ask, status: int, said: str) -> str:
    before = rows(site)
    with capture_logs() as lines:
        answer = ask(site)
    assert (answer.status, said in answer.text) == (status, True), answer
    assert [line for line in lines if "exc_info" in line] == []
    assert "Traceback" not in answer.text
    assert rows(site) == before
    return answer.text


# ---- messages -------------------------------------------------------------------------------------------------------


def deep(levels: int, inside: Any = 1) -> Any:
    for _ in range(levels):
        inside = [inside]
    return inside


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


NO_TIME = "not a time like 2026-03-27T10:00:00Z"
MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "an id that is true": ({"messageId": True}, "its messageId is true, not a text"),
    "an id with a fraction": ({"messageId": 1.5}, "its messageId is 1.5, not a text"),
    "an id beyond all numbers": ({"messageId": 1e30}, "its messageId is 1e+30, not a text"),
    "a person that is true": ({"userId": True}, "its userId is true, not a text"),
    "a person in a list": ({"userId": ["ada"]}, 'its userId is ["ada"], not a text'),
    "a person of 256 letters": ({"userId": "u" * 256}, "its userId is longer than 255 characters"),
    "nobody": ({"userId": ""}, "it has neither userId nor anonymousId"),
    "a cookie that is an object": ({"userId": None, "anonymousId": {}}, "its anonymousId is {}, not a text"),
    "an account that is an object": ({"context": {"groupId": {}}}, "its groupId is {}, not a text"),
    "an account of 256 letters": ({"context": {"groupId": "g" * 256}}, "its groupId is longer than 255 characters"),
    "no event": ({"event": None}, "it has no event name"),
    "an event without letters": ({"event": ""}, "it has no event name"),
    "an event that is true": ({"event": True}, "its event is true, not a text"),
    "an event of 256 letters": ({"event": "e" * 256}, "its event is longer than 255 characters"),
    "an event of ours": ({"event": "firstwin.x"}, "names that begin with firstwin. are Firstwin's own"),
    "properties in a list": ({"properties": []}, "its properties are [], not an object"),
    "properties that are a number": ({"properties": 0}, "its properties are 0, not an object"),
    "no type": ({"type": None}, "its type is missing, not track, page, screen"),
    "a type in capitals": ({"type": "TRACK"}, 'its type is "TRACK", not track, page, screen'),
    "a misspelt type of nobody": ({"type": "trak", "userId": None}, 'its type is "trak", not track'),
    "a type that is a number": ({"type": 5}, "its type is 5, not track"),
    "a type that is an object": ({"type": {"track": 1}}, 'its type is {"track":1}, not track'),
    "traits in a list": ({"type": "identify", "traits": ["pro"]}, 'its traits are ["pro"], not an object'),
    "traits that are a text": ({"type": "identify", "traits": "pro"}, 'its traits are "pro", not an object'),
    "a trait with a name of 201 letters": ({"type": "identify", "traits": {"t" * 201: 1}}, "longer than 200 characters"),
    "a trait of ours": ({"type": "identify", "traits": {"firstwin.x": 1}}, "are Firstwin's own"),
    "a group that is none": ({"type": "group"}, "it has no groupId"),
    "a group in a list": ({"type": "group", "groupId": []}, "its groupId is [], not a text"),
    "a group with traits in a text": ({"type": "group", "groupId": "g", "traits": "x"}, 'its traits are "x"'),
    "an alias of nobody": ({"type": "alias"}, "it has no previousId"),
    "an alias of an object": ({"type": "alias", "previousId": {}}, "its previousId is {}, not a text"),
    "a page of nobody": ({"type": "page", "userId": None}, "it has neither userId nor anonymousId"),
    "a time without letters": ({"timestamp": ""}, NO_TIME),
    "the 13th month": ({"timestamp": "2026-13-01T00:00:00Z"}, NO_TIME),
    "the 30th of February": ({"timestamp": "2026-02-30T00:00:00Z"}, NO_TIME),
    "the 25th hour": ({"timestamp": "2026-02-03T25:00:00Z"}, NO_TIME),
    "a time of day": ({"timestamp": "12:00"}, NO_TIME),
    "a time in words": ({"timestamp": "Tue, 3 Mar 2026 10:00:00 GMT"}, NO_TIME),
    "a time in numbers": ({"timestamp": 1_772_532_000}, "its timestamp is 1772532000, " + NO_TIME),
    "a time that is true": ({"timestamp": True}, NO_TIME),
    "a time in a list": ({"timestamp": [2026, 3, 3]}, NO_TIME),
    "a time in an object": ({"timestamp": {"$date": 1}}, NO_TIME),
    "a time of 5,000 letters": ({"timestamp": "2026-03-03T10:00:00." + "0" * 5_000}, NO_TIME),
    "a time in digits of another script": ({"timestamp": "\uff12\uff10\uff12\uff16-03-03T10:00:00Z"}, NO_TIME),
    "a time before all time": ({"timestamp": "0001-01-01T00:00:00+14:00"}, NO_TIME),
    "a time after all time": ({"timestamp": "9999-12-31T23:59:59-14:00"}, NO_TIME),
    "1969": ({"timestamp": "1969-12-31T23:59:59Z"}, "its timestamp lies before 1970"),
    "1999": ({"timestamp": "1999-12-31T23:59:59Z"}, "its timestamp lies before the year 2000"),
    "the day after tomorrow": ({"timestamp": in_days(3)}, "its timestamp lies more than a day ahead"),
    "a NUL in a person": ({"userId": "a\0"}, "it holds the character NUL"),
    "a NUL in an event": ({"event": "\0"}, "it holds the character NUL"),
    "a NUL in a name": ({"properties": {"a\0b": 1}}, "it holds the character NUL"),
    "a NUL deep inside": ({"properties": {"a": deep(20, "\0")}}, "it holds the character NUL"),
    "a list that is too deep": ({"properties": {"a": deep(29)}}, "it is nested deeper than 30 levels"),
    "a list 1,000 deep": ({"properties": {"a": deep(200)}}, "it is nested deeper than 30 levels"),
    "something that nobody reads, too deep": ({"integrations": deep(40)}, "it is nested deeper than 30 levels"),
    "33 kB in a name": ({"properties": {"x" * 33_000: 1}}, "it is longer than 32 kB: 33,"),
    "33 kB of numbers": ({"properties": {"x": [1] * 17_000}}, "it is longer than 32 kB"),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_told_and_not_stored(site: Site, name: str) -> None:
    changed, why = MESSAGES[name]
    message = {key: value for key, value in (track() | changed).items() if value is not None}

    def ask(site: Site) -> Answer:
        answer = site.batch(message)
        (one,) = answer.json()["rejected"]
        return Answer(answer.status_code, one["reason"])

    must_be_told(site, ask, 400, why)


def test_so_is_one_among_others_which_are(site: Site) -> None:
    """Asked last, as it stores."""
    many = [track() | changed for changed, _ in MESSAGES.values()]
    answer = site.batch(*(message for message in many if len(orjson.dumps(message)) < 10_000), track("beside"))
    assert answer.status_code == 200
    assert [row.name for row in site.facts()] == ["good", "beside"]


# ---- bodies ---------------------------------------------------------------------------------------------------------

NO_JSON, NO_BATCH, NO_MESSAGE = "This is not JSON: ", "This is not a batch: ", "This is not a message: "
GOOD = orjson.dumps({"batch": [track()]})


def body(content: bytes | Any, path: str = "/v1/batch", **headers: str) -> Ask:
    def ask(site: Site) -> Answer:
        said = content if isinstance(content, bytes) else json.dumps(content).encode()
        answer = site.post(path, said, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return Answer(answer.status_code, answer.json()["message"])

    return ask


def in_chunks(site: Site) -> Answer:
    answer = site.client.post("/v1/batch", content=iter([b" " * 100_000] * 6), auth=(site.key, ""))
    return Answer(answer.status_code, answer.json()["message"])


BODIES: dict[str, tuple[int, str, Ask]] = {
    "nothing": (400, NO_JSON, body(b"")),
    "blanks": (400, NO_JSON, body(b" \n ")),
    "half an object": (400, NO_JSON, body(GOOD[:-2])),
    "two objects": (400, NO_JSON, body(GOOD + b"\n" + GOOD)),
    "a comma too many": (400, NO_JSON, body(GOOD[:-2] + b",]}")),
    "a remark": (400, NO_JSON, body(b"// hello\n" + GOOD)),
    "Python's quotes": (400, NO_JSON, body(str({"batch": [track()]}).encode())),
    "a mark of the order of bytes": (400, NO_JSON, body(b"\xef\xbb\xbf" + GOOD)),
    "UTF-16": (400, NO_JSON, body(GOOD.decode().encode("utf-16"))),
    "a NUL in UTF-16": (400, NO_JSON, body(json.dumps({"batch": [track("a\0b")]}).encode("utf-16"))),
    "Latin-1": (400, NO_JSON, body('{"batch": ["é"]}'.encode("latin-1"))),
    "a form": (400, NO_JSON, body(b"batch=1", content_type="application/x-www-form-urlencoded")),
    "a page": (400, NO_JSON, body(b"<html></html>", content_type="text/html")),
    "a gzip that is not said": (400, NO_JSON, body(gzip.compress(GOOD))),
    "brackets without end": (400, NO_JSON, body(b"[" * 400_000)),
    "objects without end": (400, NO_JSON, body(b'{"batch":' * 50_000)),
    "an object 5,000 deep": (400, NO_JSON, body(b'{"a":' * 5_000 + b"1" + b"}" * 5_000)),
    "no number for a time": (400, NO_JSON, body(b'{"batch": [], "sentAt": NaN}')),
    "a number of 5,000 digits": (400, NO_JSON, body(b'{"batch": [], "n": ' + b"9" * 5_000 + b"}")),
    "a batch that is a number": (400, NO_BATCH, body({"batch": 5})),
    "a list": (400, NO_BATCH, body([track()])),
    "null": (400, NO_BATCH, body(b"null")),
    "true": (400, NO_BATCH, body(b"true")),
    "a text": (400, NO_BATCH, body(b'"batch"')),
    "no batch": (400, NO_BATCH, body({"messages": [track()]})),
    "a message where a batch should be": (400, NO_BATCH, body(track())),
    "a batch that is null": (400, NO_BATCH, body({"batch": None})),
    "a batch that is an object": (400, NO_BATCH, body({"batch": track()})),
    "a batch in a text": (400, NO_BATCH, body({"batch": json.dumps([track()])})),
    "a batch of numbers": (400, "it is not a JSON object", body({"batch": [1, 2.5, -3]})),
    "a batch of nothings": (400, "it is not a JSON object", body({"batch": [None, None]})),
    "a batch of batches": (400, "it is not a JSON object", body({"batch": [[track()]]})),
    "2,501 messages": (400, "These are more than 2,500 messages.", body({"batch": [1] * 2_501})),
    "a context 200 deep": (400, "The context of the batch is nested too deep.",
                           body({"batch": [track()], "context": {"a": deep(300)}})),
    "a context that is large 2,500 times": (413, "With the context of the batch in each message it is larger",
                                            body({"batch": [{}] * 2_500, "context": {"a": "x" * 10_000}})),
    "a list of one message": (400, NO_MESSAGE, body([track()], "/v1/track")),
    "a number for a message": (400, NO_MESSAGE, body(b"7", "/v1/identify")),
    "a batch for a message": (400, "it has neither userId nor anonymousId", body({"batch": [track()]}, "/v1/track")),
    "half a character": (400, NO_JSON, body(b'{"event": "\\ud800", "userId": "ada"}', "/v1/track")),
    "600 kB": (413, "It is larger than 500 kB.", body(b" " * 600_000)),
    "600 kB in chunks": (413, "It is larger than 500 kB.", in_chunks),
    "600 kB unpacked": (413, "It is larger than 500 kB.", body(gzip.compress(b" " * 600_000), content_encoding="gzip")),
    "a gzip in a gzip": (400, NO_JSON, body(gzip.compress(gzip.compress(GOOD)), content_encoding="gzip")),
    "a gzip that is none": (400, "It is said to be gzip, and is not.", body(GOOD, content_encoding="gzip")),
    "half a gzip": (400, "The gzip ends too early.", body(gzip.compress(GOOD)[:-9], content_encoding="gzip")),
    "a gzip of 17 parts": (400, "The gzip has too many parts.", body(gzip.compress(b"") * 17, content_encoding="gzip")),
    "a gzip with more behind it": (400, "It is said to be gzip, and is not.",
                                   body(gzip.compress(GOOD) + b"more", content_encoding="gzip")),
    "deflate": (415, "The encoding 'deflate' is not known", body(GOOD, content_encoding="deflate")),
    "two encodings": (415, "The encoding 'gzip, gzip' is not known", body(GOOD, content_encoding="gzip, gzip")),
    "an encoding of 5,000 letters": (415, "The encoding 'xxxxxxxxxxxxxxxxxxxx' is not known",
                                     body(GOOD, content_encoding="x" * 5_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_told_and_not_stored(site: Site, name: str) -> None:
    status, said, ask = BODIES[name]
    must_be_told(site, ask, status, said)


# ---- what SDKs send -------------------------------------------------------------------------------------------------


def event(**changed: Any) -> dict[str, Any]:
    good = {"event": "opened", "distinct_id": "ada", "uuid": "u-1", "timestamp": in_days(-1), "properties": {}}
    return good | changed


def of_posthog(*events: Any, **more: Any) -> Ask:
    return body({"batch": list(events), **more}, "/batch/")


SDKS: dict[str, tuple[int, str, Ask]] = {
    "PostHog's single event": (400, NO_BATCH, body(event(), "/batch/")),
    "PostHog's old list": (400, NO_BATCH, body([event()], "/batch/")),
    "an event of nobody": (400, "it has neither userId", of_posthog(event(distinct_id=None))),
    "an event of a list": (400, "its userId is [1], not a text", of_posthog(event(distinct_id=[1]))),
    "an id that is an object": (400, 'its messageId is {"a":1}, not a text', of_posthog(event(uuid={"a": 1}))),
    "an event that is a list": (400, "its event is [1], not a text",
                                of_posthog(event(event=[1], type="track", messageId="m", userId="u"))),
    "an alias for nobody": (400, "it has neither userId", of_posthog(event(event="$create_alias"))),
    "a person known before as an object": (400, 'its previousId is {"a":1}, not a text', of_posthog(event(
        event="$create_alias", distinct_id={"a": 1}, properties={"alias": "ada"}))),
    "a group that is an object": (400, "its groupId is {}, not a text", of_posthog(event(properties={"$groups": {"company": {}}}))),
    "a time of a number": (400, "its timestamp is 5, " + NO_TIME, of_posthog(event(timestamp=5))),
    "Segment's import": (404, "Not Found", body(GOOD, "/v1/import")),
    "Segment's short address": (404, "Not Found", body(GOOD, "/v1/t")),
}  # fmt: skip


@pytest.mark.parametrize("name", SDKS)
def test_what_a_library_sends_is_told_and_not_stored(site: Site, name: str) -> None:
    status, said, ask = SDKS[name]
    must_be_told(site, ask, status, said)


# ---- keys, methods, addresses ---------------------------------------------------------------------------------------

NO_KEY, WRONG_KEY = "No write key was sent", "This write key is not known."
UNREADABLE = "The Authorization header can't be read."


def asked(method: str = "POST", path: str = "/v1/batch", content: bytes = GOOD, **headers: str | bytes) -> Ask:
    def ask(site: Site) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = site.client.request(method, path, content=content, headers=named)  # type: ignore[arg-type]
        return Answer(answer.status_code, answer.json()["message"] if answer.content else "")

    return ask


def basic(user: str | bytes) -> str:
    return "Basic " + base64.b64encode(user if isinstance(user, bytes) else user.encode()).decode()


REQUESTS: dict[str, tuple[int, str, Ask]] = {
    "no key": (401, NO_KEY, asked()),
    "an empty key": (401, NO_KEY, asked(authorization=basic(":"))),
    "another scheme": (401, NO_KEY, asked(authorization="Bearer fw_key")),
    "a key in another header": (401, NO_KEY, asked(x_write_key="fw_key")),
    "a key in the address": (401, NO_KEY, asked(path="/v1/batch?writeKey=fw_key")),
    "a key that is a number": (401, NO_KEY, asked(content=b'{"batch": [], "writeKey": 5}')),
    "a key that is a list": (401, NO_KEY, asked(path="/batch/", content=b'{"batch": [], "api_key": ["x"]}')),
    "a key with a NUL": (401, WRONG_KEY, asked(authorization=basic("fw_\0"))),
    "a key of 20,000 letters": (401, WRONG_KEY, asked(authorization=basic("k" * 20_000))),
    "a key that is no text": (401, UNREADABLE, asked(authorization=basic(b"\xff\xfe:"))),
    "a key that is no base64": (401, UNREADABLE, asked(authorization="Basic %%%")),
    "a header of other letters": (401, UNREADABLE, asked(authorization=b"Basic \xff\xe9")),
    "a GET": (405, "Method Not Allowed", asked("GET")),
    "a PUT": (405, "Method Not Allowed", asked("PUT")),
    "a DELETE": (405, "Method Not Allowed", asked("DELETE")),
    "a HEAD": (405, "", asked("HEAD")),
    "a TRACE": (405, "Method Not Allowed", asked("TRACE")),
    "a method that there is not": (405, "Method Not Allowed", asked("LINK")),
    "a POST to what can be read only": (405, "Method Not Allowed", asked(path="/healthz")),
    "an address in capitals": (404, "Not Found", asked(path="/V1/BATCH")),
    "an address with a slash too many": (404, "Not Found", asked(path="/v1//batch")),
    "an address with a NUL": (404, "Not Found", asked(path="/v1/batch%00")),
    "an address that climbs": (404, "Not Found", asked(path="/v1/batch/%2e%2e/%2e%2e/etc/passwd")),
    "an address that is no text": (404, "Not Found", asked(path="/v1/%ff%fe")),
    "an address of 10,000 letters": (404, "Not Found", asked(path="/" + "a" * 10_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_told_and_not_stored(site: Site, name: str) -> None:
    status, said, ask = REQUESTS[name]
    must_be_told(site, ask, status, said)


# ---- what is hardly HTTP --------------------------------------------------------------------------------------------

INVALID = "Invalid HTTP request received."


def sent(head: bytes, content: bytes = b"", *, authorized: bool = True) -> Ask:
    """As it is, over a connection of its own, which is then closed from this side."""

    def ask(site: Site) -> Answer:
        key = f"Authorization: {basic(f'{site.key}:')}\r\n".encode() if authorized else b""
        address = urlsplit(site.url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            connection.sendall(head.replace(b"KEY\r\n", key) + content)
            connection.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
        first, _, rest = said.partition(b"\r\n")
        return Answer(int(first.split()[1]) if first else 0, rest.decode())

    return ask


POST = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nKEY\r\n"
LENGTH = f"Content-Length: {len(GOOD)}\r\n".encode()
RAW: dict[str, tuple[int, str, Ask]] = {
    "no HTTP": (400, INVALID, sent(b"hello\r\n\r\n")),
    "TLS": (400, INVALID, sent(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")),
    "another protocol": (400, INVALID, sent(b"POST /v1/batch FTP/1.1\r\n\r\n")),
    "a version that there is not": (400, INVALID, sent(b"POST /v1/batch HTTP/9.9\r\nHost: x\r\n\r\n")),
    "a method of small letters": (400, INVALID, sent(b"post /v1/batch HTTP/1.1\r\nHost: x\r\n\r\n")),
    "a header without a colon": (400, INVALID, sent(POST + b"nonsense\r\n\r\n")),
    "a header with a NUL": (400, INVALID, sent(POST + b"X-A: a\0b\r\n\r\n")),
    "a length in letters": (400, INVALID, sent(POST + b"Content-Length: many\r\n\r\n", GOOD)),
    "a length below nothing": (400, INVALID, sent(POST + b"Content-Length: -1\r\n\r\n", GOOD)),
    "a length beyond all numbers": (400, INVALID, sent(POST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n", GOOD)),
    "two lengths": (400, INVALID, sent(POST + LENGTH + b"Content-Length: 3\r\n\r\n", GOOD)),
    "a length and chunks": (400, INVALID, sent(POST + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n")),
    "a chunk without a size": (400, "", sent(POST + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n" + GOOD)),
    "a body that breaks off": (0, "", sent(POST + LENGTH + b"\r\n", GOOD[:-5])),  # nobody is left to be told
    "a large body that never comes": (413, "It is larger than 500 kB.", sent(POST + b"Content-Length: 99999999\r\n\r\n")),
}  # fmt: skip


@pytest.mark.parametrize("name", RAW)
def test_what_is_hardly_http_is_told_and_not_stored(site: Site, name: str) -> None:
    status, said, ask = RAW[name]
    must_be_told(site, ask, status, said)


def test_there_are_enough() -> None:
    assert len(MESSAGES) + len(BODIES) + len(SDKS) + len(REQUESTS) + len(RAW) > 150
