"""The hooks as mail providers call them: over HTTP, on each database."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Router
from structlog.testing import capture_logs

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import open_database
from firstwin.outbox.suppressions import AddressHash
from firstwin.settings import Settings
from firstwin.web import site
from firstwin.web.around import Around
from firstwin.web.hooks import routes
from firstwin.web.server import Server
from tests.cli.given import make_project
from tests.outbox.given import deliveries, on_the_wire, row_of, rows, taken
from tests.web.hooks.given import (
    ANNA,
    CERTIFICATE_URL,
    POSTMARK,
    SUBSCRIBE_URL,
    TOPIC,
    Hook,
    Web,
    bounces,
    confirmation,
    mailgun,
    mailgun_event,
    postmark,
    postmark_record,
    resend,
    resend_event,
    sendgrid,
    sendgrid_event,
    ses,
    ses_bounce,
    ses_complaint,
)

SECRET = "a secret of thirty-two characters"
ADDRESSES = AddressHash((SECRET,))
PLANNED = "acme-0000@example.com"


def now() -> datetime:
    return datetime.now(UTC)


def genuine(provider: str, address: str = ANNA, at: datetime | None = None) -> Hook:
    """A hard bounce, signed a moment ago."""
    moment = at or now()
    match provider:
        case "ses":
            return ses(ses_bounce("Permanent", "General", address), Timestamp=moment.isoformat())
        case "sendgrid":
            return sendgrid([sendgrid_event(email=address)], at=moment)
        case "postmark":
            return postmark(postmark_record(Email=address))
        case "mailgun":
            return mailgun(mailgun_event(recipient=address), at=moment)
        case _:
            return resend(resend_event(to=[address]), at=moment)


def forged(provider: str) -> Hook:
    """Another address in the place of the one that was signed."""
    hook = genuine(provider)
    body = hook.body.replace(ANNA.encode(), b"ben@example.com")
    assert body != hook.body
    if provider == "postmark":
        return postmark(postmark_record(), password="correct horse batterz")
    return (
        Hook(body, hook.headers) if provider != "mailgun" else mailgun(mailgun_event(), at=now(), key="key-of-mallory")
    )


PROVIDERS = ("ses", "sendgrid", "postmark", "mailgun", "resend")
REPLAYABLE = tuple(name for name in PROVIDERS if name != "postmark")  # it signs no time; it is known by its id


class Site:
    def __init__(self, url: str, web: Web, app: App) -> None:
        self.url, self.web, self.app = url, web, app
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def post(self, provider: str, hook: Hook) -> httpx.Response:
        return self._client.post(f"/hooks/{provider}", content=hook.body, headers=dict(hook.headers))

    def outcomes(self) -> list[Any]:
        return rows(self.app.engine, tables.outcome)

    def suppressed(self) -> list[str]:
        return [row.address_hash for row in rows(self.app.engine, tables.suppression)]


@contextmanager
def serving(app: App, web: Web, within_s: float = routes.WITHIN_S) -> Iterator[Site]:
    router = Router(routes.routes(app, web.fetch, within_s))
    server = Server(Around(ExceptionMiddleware(router, {HTTPException: site._refused}), https=False), "127.0.0.1", 0)
    server.start()
    found = Site(server.url, web, app)
    try:
        yield found
    finally:
        found.close()
        server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project", more=bounces())


@pytest.fixture
def a_site(folder: Path, engine: Engine) -> Iterator[Site]:
    with serving(App(Settings(project=folder, secret=SECRET), engine), Web()) as found:
        yield found


@pytest.fixture
def on_sqlite(folder: Path, sqlite_engine: Engine) -> Iterator[Site]:
    """For what no database takes part in."""
    with serving(App(Settings(project=folder, secret=SECRET), sqlite_engine), Web()) as found:
        yield found


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_bounce_is_taken_once_and_its_address_not_mailed_any_more(a_site: Site, provider: str) -> None:
    (id_,) = deliveries(a_site.app.engine, channels=("email",), person="anna")
    leased = taken(a_site.app.engine, "mail")
    hook = genuine(provider, PLANNED)
    first, again = a_site.post(provider, hook), a_site.post(provider, hook)
    assert (first.status_code, first.json()) == (200, {"success": True, "new": 1})
    assert (again.status_code, again.json()) == (200, {"success": True, "new": 0})
    assert [(row.provider, row.kind) for row in a_site.outcomes()] == [(provider, "hard_bounce")]
    assert a_site.suppressed() == [ADDRESSES.of(PLANNED)]
    assert on_the_wire(a_site.app.engine, leased, hashed=ADDRESSES).sending == frozenset()
    assert row_of(a_site.app.engine, id_).state == "suppressed"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_forged_one_changes_nothing(a_site: Site, provider: str) -> None:
    answer = a_site.post(provider, forged(provider))
    assert answer.status_code in {401, 403}
    assert answer.json()["success"] is False
    assert (a_site.outcomes(), a_site.suppressed(), rows(a_site.app.engine, tables.hook_token)) == ([], [], [])


@pytest.mark.parametrize("provider", REPLAYABLE)
def test_one_played_again_after_days_changes_nothing(a_site: Site, provider: str) -> None:
    answer = a_site.post(provider, genuine(provider, at=now() - timedelta(days=3)))
    assert (answer.status_code, a_site.outcomes()) == (403, [])
    assert a_site.web.fetched == []


def test_a_token_of_mailgun_is_good_for_one_body(a_site: Site) -> None:
    at = now()
    assert a_site.post("mailgun", mailgun(mailgun_event("opened"), at=at)).json()["new"] == 0
    answer = a_site.post("mailgun", mailgun(mailgun_event("failed"), at=at))
    assert (answer.status_code, answer.json()["code"]) == (403, "token_used")
    assert a_site.outcomes() == []
    assert a_site.post("mailgun", mailgun(mailgun_event("opened"), at=at)).status_code == 200


def test_an_event_that_mailgun_signs_anew_is_the_same(a_site: Site) -> None:
    hooks = [mailgun(mailgun_event(), at=now(), token=letter * 50) for letter in "abc"]
    assert [a_site.post("mailgun", hook).json()["new"] for hook in hooks] == [1, 0, 0]


def test_a_batch_is_taken_whole(a_site: Site) -> None:
    events = [sendgrid_event(sg_event_id=f"e{n}", email=f"p{n}@example.com") for n in range(40)]
    assert a_site.post("sendgrid", sendgrid([*events, *events, sendgrid_event("open")], at=now())).json()["new"] == 40
    assert len(a_site.suppressed()) == 40


def test_a_complaint_is_taken(a_site: Site) -> None:
    assert a_site.post("ses", ses(ses_complaint(), Timestamp=now().isoformat())).json()["new"] == 1
    assert [row.kind for row in a_site.outcomes()] == ["complaint"]


def test_a_subscription_is_confirmed_once(a_site: Site) -> None:
    hook = confirmation(Timestamp=now().isoformat())
    assert [a_site.post("ses", hook).status_code for _ in range(3)] == [200, 200, 200]
    assert a_site.web.fetched == [CERTIFICATE_URL, SUBSCRIBE_URL]


def test_a_subscription_that_could_not_be_confirmed_is_tried_again(a_site: Site) -> None:
    hook = confirmation(Timestamp=now().isoformat())
    page = a_site.web.pages.pop(SUBSCRIBE_URL)
    assert a_site.post("ses", hook).status_code == 503
    a_site.web.pages[SUBSCRIBE_URL] = page
    assert a_site.post("ses", hook).status_code == 200
    assert a_site.web.fetched == [CERTIFICATE_URL, SUBSCRIBE_URL, SUBSCRIBE_URL]


@pytest.mark.parametrize(
    "hook",
    [
        confirmation(TopicArn=TOPIC + "-of-mallory", Timestamp=now().isoformat()),
        confirmation(Timestamp=(now() - timedelta(days=2)).isoformat()),
        confirmation(Timestamp=now().isoformat(), SigningCertURL=CERTIFICATE_URL.replace("com/", "com.evil.example/")),
        confirmation(Timestamp=now().isoformat(), SigningCertURL=CERTIFICATE_URL.replace("https:", "http:")),
        confirmation(Timestamp=now().isoformat(), SigningCertURL=CERTIFICATE_URL.replace("//", "//sns@evil.example/")),
        Hook(b"{}"),
    ],
)
def test_nothing_is_fetched_for_a_stranger(on_sqlite: Site, hook: Hook) -> None:
    assert 400 <= on_sqlite.post("ses", hook).status_code < 500
    assert on_sqlite.web.fetched == []


def test_a_forged_confirmation_visits_nothing(on_sqlite: Site) -> None:
    data = json.loads(confirmation(Timestamp=now().isoformat()).body) | {"SubscribeURL": SUBSCRIBE_URL + "2"}
    assert on_sqlite.post("ses", Hook(json.dumps(data).encode())).status_code == 403
    assert on_sqlite.web.fetched == [CERTIFICATE_URL]


@pytest.mark.parametrize("provider", ["brevo", "model_fields", "__class__", "ses%00", "..%2fses"])
def test_a_provider_that_nobody_named_is_not_there(on_sqlite: Site, provider: str) -> None:
    assert on_sqlite.post(provider, Hook(b"x" * 500_000)).status_code == 404


def test_a_provider_is_listened_to_as_the_files_say_now(on_sqlite: Site, folder: Path) -> None:
    assert on_sqlite.post("mailgun", genuine("mailgun")).status_code == 200
    make_project(folder, more=bounces(mailgun=None))
    assert on_sqlite.post("mailgun", genuine("mailgun")).status_code == 404
    make_project(folder, more=bounces(mailgun={"signing_key": "another-key-for-now"}))
    assert on_sqlite.post("mailgun", genuine("mailgun")).status_code == 403


def test_without_a_secret_it_is_to_be_sent_again(folder: Path, sqlite_engine: Engine) -> None:
    with serving(App(Settings(project=folder), sqlite_engine), Web()) as found:
        answer = found.post("postmark", genuine("postmark"))
    assert (answer.status_code, "FIRSTWIN_SECRET" in answer.json()["message"]) == (503, True)


def test_with_the_database_away_it_is_to_be_sent_again(folder: Path, tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with serving(App(Settings(project=folder, secret=SECRET), engine), Web()) as found:
        answer = found.post("postmark", genuine("postmark"))
    engine.dispose()
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"5", b'"x"', b"[" * 100_000, b'{"a":' * 40_000, b"\xff\xfe", b"a=b&c=d"]
)
def test_whatever_comes_unsigned_is_refused(on_sqlite: Site, provider: str, body: bytes) -> None:
    assert on_sqlite.post(provider, Hook(body)).status_code in {400, 401, 403}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_more_than_anybody_sends_is_not_read(on_sqlite: Site, provider: str) -> None:
    assert on_sqlite.post(provider, Hook(b"x" * (routes.MOST + 1))).status_code == 413
    assert on_sqlite.post(provider, Hook(b"x" * routes.MOST)).status_code in {400, 401, 403}


def test_who_sends_too_slowly_is_cut(folder: Path, sqlite_engine: Engine) -> None:
    with serving(App(Settings(project=folder, secret=SECRET), sqlite_engine), Web(), within_s=0.1) as found:
        host, port = found.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as slow:
            slow.sendall(b"POST /hooks/ses HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            assert b" 408 " in slow.recv(1000)


def test_only_posts_are_taken(on_sqlite: Site) -> None:
    assert httpx.get(f"{on_sqlite.url}/hooks/ses", trust_env=False).status_code == 405


def test_who_has_no_password_is_asked_for_it(on_sqlite: Site) -> None:
    answer = on_sqlite.post("postmark", Hook(b"{}"))
    assert (answer.status_code, answer.headers["WWW-Authenticate"][:5]) == (401, "Basic")


def test_what_is_not_about_bounces_asks_no_database(on_sqlite: Site) -> None:
    asked: list[str] = []
    event.listen(on_sqlite.app.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    hooks: list[tuple[str, Callable[[], Hook]]] = [
        ("sendgrid", lambda: sendgrid([sendgrid_event("open")], at=now())),
        ("postmark", lambda: postmark(postmark_record("Open"))),
        ("resend", lambda: resend(resend_event("email.opened"))),
        ("ses", lambda: ses({"notificationType": "Delivery"}, Timestamp=now().isoformat())),
    ]
    assert [on_sqlite.post(provider, make()).status_code for provider, make in hooks] == [200] * 4
    assert asked == []


def test_the_log_tells_who_and_why_and_no_address(
    folder: Path, sqlite_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "firstwin")
    app = App(Settings(project=folder, secret=SECRET), sqlite_engine)
    with capture_logs() as lines, serving(app, Web()) as found:
        found.post("postmark", genuine("postmark"))
        found.post("postmark", forged("postmark"))
    told = [line for line in lines if line.get("route") == "hook"]
    assert [(line["provider"], line.get("new"), line.get("refused")) for line in told] == [
        ("postmark", 1, None),
        ("postmark", None, "not_logged_in"),
    ]
    assert ANNA.split("@")[0] not in str(lines)
    assert POSTMARK.password not in str(lines)


def test_the_whole_site_has_it(folder: Path, sqlite_engine: Engine) -> None:
    server = Server(site.site(App(Settings(project=folder, secret=SECRET), sqlite_engine)), "127.0.0.1", 0)
    server.start()
    hook = genuine("postmark")
    answer = httpx.post(f"{server.url}/hooks/postmark", content=hook.body, headers=dict(hook.headers), trust_env=False)
    server.stop()
    assert answer.json() == {"success": True, "new": 1}
