"""The way out over HTTP: looking changes nothing, a post does, and only with a link of ours."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from firstwin.db import tables
from firstwin.db.engine import read
from tests.outbox.given import deliveries, force, row_of, rows
from tests.web.given import Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mail(site: Site) -> int:
    return deliveries(site.engine, channels=("email",), person="anna", run=tables.LIVE)[0]


@pytest.fixture
def path(site: Site, mail: int) -> str:
    return link(site, mail)


def link(site: Site, mail: int, **how: bool) -> str:
    whole = site.app.way_out.link(mail, row_of(site.engine, mail).key, **how)
    return whole.removeprefix(site.app.settings.public_url)


def wishes(site: Site) -> list[tuple[Any, ...]]:
    s = tables.suppression.c
    with read(site.engine) as connection:
        return [
            tuple(row) for row in connection.execute(select(s.person_id, s["class"], s.reason, s.who).order_by(s.id))
        ]


def everything(site: Site) -> dict[str, list[Any]]:
    """Every row of the database but hearts."""
    return {
        table.name: rows(site.engine, table) for table in tables.metadata.sorted_tables if table.name != "heartbeat"
    }


# ---- looking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("query", ["", "?choice=all", "?List-Unsubscribe=One-Click"])
def test_whatever_is_not_a_post_changes_nothing(site: Site, path: str, method: str, query: str) -> None:
    before = everything(site)
    answer = site.client.request(method, path + query)
    assert answer.status_code == (200 if method in {"GET", "HEAD"} else 405)
    assert everything(site) == before


def test_the_page_tells_what_there_is_to_choose(site: Site, path: str) -> None:
    page = site.client.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert [f'value="{one}"' in page.text for one in ("class", "less", "all", "back")] == [True, True, True, False]
    assert not any(name in page.text for name in ("anna", "acme-0000"))


def test_the_page_is_kept_nowhere_and_may_load_and_run_nothing(site: Site, path: str) -> None:
    for answer in (site.client.get(path), site.client.post(path, data=ONE_CLICK)):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "noindex" in headers["x-robots-tag"]
        assert "set-cookie" not in headers
        assert answer.history == []


def test_a_browser_gets_its_language(site: Site, path: str) -> None:
    folder = site.app.settings.project / "templates" / "pages"
    folder.mkdir()
    form = '<form method="post"><button name="choice" value="class">Keine mehr</button></form>'
    (folder / "unsubscribe.de.html").write_text(f"---\ntitle: Weniger\n---\n{form}\n")
    german = site.client.get(path, headers={"accept-language": "de-AT, en;q=0.7"})
    assert ("Keine mehr" in german.text, german.headers["content-language"]) == (True, "de")
    assert german.headers["vary"] == "Accept-Language"
    english = site.client.get(path, headers={"accept-language": "en"})
    assert ("Too much mail" in english.text, english.headers["content-language"]) == (True, "en")


# ---- choosing -------------------------------------------------------------------------------------------------------

posted: dict[str, Callable[[Site, str], httpx.Response]] = {
    "as a form": lambda site, path: site.client.post(path, data=ONE_CLICK),
    "as parts": lambda site, path: site.client.post(path, files={"List-Unsubscribe": (None, "One-Click")}),
}


@pytest.mark.parametrize("post", posted.values(), ids=posted)
def test_one_click_in_a_mail_program_stops_this_class(
    site: Site, path: str, post: Callable[[Site, str], httpx.Response]
) -> None:
    answer = post(site, path)
    assert (answer.status_code, answer.history) == (200, [])
    assert wishes(site) == [("anna", "marketing", "unsubscribed", "one_click")]
    assert "No more" in answer.text


@pytest.mark.parametrize(
    ("choice", "message_class", "says"),
    [
        ("class", "marketing", "No more"),
        ("all", "*-service", "No more mails"),
        ("less", "*-weekly", "One mail a week at most"),
    ],
)
def test_a_choice_on_the_page_is_heeded_and_taken_back(
    site: Site, path: str, choice: str, message_class: str, says: str
) -> None:
    done = site.client.post(path, data={"choice": choice})
    assert (done.status_code, says in done.text) == (200, True)
    assert wishes(site) == [("anna", message_class, "unsubscribed", "page")]
    assert 'value="back"' in site.client.get(path).text
    back = site.client.post(path, data={"choice": "back"})
    assert "Welcome back" in back.text
    assert wishes(site) == []


def test_twice_is_once(site: Site, path: str) -> None:
    for _ in range(2):
        assert site.client.post(path, data=ONE_CLICK).status_code == 200
    assert len(wishes(site)) == 1


def test_back_again_says_so_where_something_else_holds_mails_back(site: Site, path: str) -> None:
    row = {"person_id": "anna", "class": "*", "reason": "complaint", "since": site.now(), "who": "postmark"}
    with site.engine.begin() as connection:
        connection.execute(tables.suppression.insert().values(row))
    assert "another reason" in site.client.post(path, data={"choice": "back"}).text


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": {"choice": "everything"}},
        {"data": {"List-Unsubscribe": "Two-Clicks"}},
        {"json": ONE_CLICK},
        {"content": b"choice=all"},
        {"content": b"\xff\xfe", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        {
            "content": "&".join(f"a{n}=1" for n in range(50)) + "&choice=all",
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
        {"files": {"choice": ("all.txt", b"all")}},
    ],
)
def test_a_post_that_says_nothing_changes_nothing(site: Site, path: str, options: dict[str, Any]) -> None:
    answer = site.client.post(path, **options)
    assert (answer.status_code, 'value="class"' in answer.text) == (400, True)
    assert wishes(site) == []


def test_a_post_without_end_is_not_read_to_its_end(site: Site, path: str) -> None:
    answer = site.client.post(path, data={"choice": "all", "more": "x" * 20_000})
    assert answer.status_code == 413
    assert wishes(site) == []


# ---- links that are none --------------------------------------------------------------------------------------------


def forged(path: str) -> list[str]:
    head, _, signature = path.partition(".")
    return [
        f"{head}.{'A' * len(signature)}",
        f"{head}.{signature[:-1]}",
        f"{head}.",
        head,
        f"{head}1.{signature}",
        f"{path}x",
        f"{path}%00",
        "/u/1",
        "/u/%C3%BC.x",
        "/u/" + "9" * 5000,
    ]


def test_a_link_that_is_none_of_ours_does_nothing_and_says_so_kindly(site: Site, path: str) -> None:
    for wrong in forged(path):
        looked, posted = site.client.get(wrong), site.client.post(wrong, data=ONE_CLICK)
        assert (looked.status_code, posted.status_code) == (404, 404)
        assert "This link does not work" in looked.text
        assert "This link does not work" in posted.text
    assert wishes(site) == []


def test_the_link_of_one_person_is_no_good_for_another(site: Site, mail: int, path: str) -> None:
    (other,) = deliveries(site.engine, channels=("email",), person="ben", run=tables.LIVE)
    swapped = path.replace(f"/u/{mail}.", f"/u/{other}.")
    assert site.client.post(swapped, data=ONE_CLICK).status_code == 404
    assert wishes(site) == []
    assert site.client.post(path, data=ONE_CLICK).status_code == 200
    assert [person for person, *_ in wishes(site)] == ["anna"]


def test_a_tester_sees_everything_and_changes_nothing(site: Site, mail: int) -> None:
    trial = link(site, mail, trial=True)
    assert "nothing is changed" in site.client.get(trial).text
    for choice in ("class", "all", "less", "back"):
        assert "nothing is changed" in site.client.post(trial, data={"choice": choice}).text
    assert site.client.post(trial, data=ONE_CLICK).status_code == 200
    assert wishes(site) == []


def test_a_person_who_was_forgotten_is_told_that_nothing_comes(site: Site, mail: int, path: str) -> None:
    force(site.engine, mail, person_id=None, address=None)
    assert "You get none of these mails" in site.client.get(path).text
    assert site.client.post(path, data=ONE_CLICK).status_code == 200
    assert wishes(site) == []


# ---- when something is wrong ----------------------------------------------------------------------------------------


def test_a_page_that_breaks_on_its_values_gives_way_to_the_shipped_one(site: Site, path: str) -> None:
    folder = site.app.settings.project / "templates" / "pages"
    folder.mkdir()
    (folder / "unsubscribed.html").write_text("---\ntitle: x\n---\n<p>{{ project.link | money }}</p>\n")
    assert site.app.check().errors == ()
    with capture_logs() as lines:
        answer = site.client.post(path, data=ONE_CLICK)
    assert (answer.status_code, "No more" in answer.text) == (200, True)
    assert "web.failed" in [line["event"] for line in lines]
    assert len(wishes(site)) == 1


@pytest.mark.parametrize("file", ["firstwin.yaml", "rules/welcome.yaml", "templates/mail/welcome.md"])
def test_people_leave_whatever_is_wrong_with_the_files(site: Site, path: str, file: str) -> None:
    (site.app.settings.project / file).write_text("{{ about: [")
    assert site.client.get(path).status_code == 200
    assert site.client.post(path, data=ONE_CLICK).status_code == 200
    assert len(wishes(site)) == 1


def test_no_token_and_no_address_gets_into_the_log(site: Site, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "firstwin")
    with capture_logs() as lines:
        site.client.get(path)
        site.client.post(path, data={"choice": "all"})
        site.client.post(path[:-1], data={"choice": "all"})
        site.client.get("/healthz")  # what was answered before has been logged by now
    told = [(line["route"], line["method"], line["status"], line.get("choice")) for line in lines]
    assert told[:3] == [
        ("unsubscribe", "GET", 200, None),
        ("unsubscribe", "POST", 200, "all"),
        ("unsubscribe", "POST", 404, "all"),
    ]
    assert not any(secret in str(lines) for secret in (path.partition(".")[2][:20], "anna", "example.com"))


def test_the_shipped_pages_are_there_though_the_project_has_none(site: Site, path: str) -> None:
    assert not (Path(site.app.settings.project) / "templates" / "pages").exists()
    assert "Too much mail from us?" in site.client.get(path).text
