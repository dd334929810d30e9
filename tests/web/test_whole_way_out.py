"""From a signup to a mail, to its link, to silence: real mails over SMTP, real posts over HTTP, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import clock, write
from firstwin.demo.inbox import Inbox
from firstwin.demo.inbox_message import Received
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.settings import Settings
from firstwin.tools.forget import Forgetting
from firstwin.web.server import Server
from firstwin.web.site import site
from tests.cli.given import SECRET, make_project, signups
from tests.outbox.given import rows

pytestmark = pytest.mark.slow

RULE = "about: account\nwhen: signed_up\nthen: {{email: {template}, to: actor}}\nagain: never\nbackfill: 2 days\n"
PATIENCE_S = 60  # a busy machine is no failure

MAIL = "---\nsubject: {name}\n---\nHi {{{{ person | first_name }}}}.\n"
LAYOUT = (
    "<html><body>{% block content %}{% endblock %}"
    '{% if unsubscribe_link %}<p><a href="{{ unsubscribe_link }}">No more of these</a></p>{% endif %}</body></html>'
)


class House:
    """A project that runs: its worker is called by hand, its pages answer, and its mails arrive."""

    def __init__(self, app: App, inbox: Inbox, browser: httpx.Client) -> None:
        self.app = app
        self.browser = browser
        self._inbox = inbox

    def sign_up(self, account: str = "blue") -> None:
        with write(self.app.engine) as connection:
            now = clock(connection)
            lines = signups(account, at=(now - timedelta(hours=1)).isoformat()).encode().splitlines()
            messages = [message for line in lines if isinstance(message := parse(line, None), Message)]
            ingest(connection, messages, received_at=now)

    def has_rule(self, name: str, more: str = "") -> None:
        folder = self.app.settings.project
        (folder / "templates" / "mail" / f"{name}.md").write_text(MAIL.format(name=name))
        (folder / "rules" / f"{name}.yaml").write_text(RULE.format(template=name) + more)

    def mails(self) -> dict[str, Received]:
        """What came, by subject. That of a redirected one says whom it was for."""
        return {mail.title.rpartition("] ")[2]: mail for mail in self._inbox.messages if mail.kind == "mail"}

    def reasons(self) -> dict[str, str | None]:
        return {row.rule: row.reason for row in rows(self.app.engine, tables.delivery) if row.channel == "email"}


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> Iterator[House]:
    inbox = Inbox(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    inbox.start()
    folder = make_project(tmp_path / "project", inbox)
    (folder / "templates" / "layouts" / "mail.html").write_text(LAYOUT)
    for rule in (folder / "rules").glob("*.yaml"):
        rule.unlink()
    settings = Settings(project=folder, broker_url="", secret=SECRET)
    server = Server(site(App(settings, engine)), "127.0.0.1", 0)
    server.start()
    # the worker's links lead to the port that was free for the pages
    worker = App(settings.model_copy(update={"public_url": server.url}), engine)
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as browser:
        yield House(worker, inbox, browser)
    server.stop()
    inbox.stop()


def link_of(mail: Received) -> str:
    """As a mail program finds it."""
    headers = dict(mail.headers)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<(https?://[^<>,\s]+)>", headers["List-Unsubscribe"])
    assert found is not None
    assert f'href="{found[1]}"' in mail.html
    assert found[1] in mail.text
    return found[1]


def first_mail(house: House) -> str:
    """One mail has arrived; its way out."""
    house.has_rule("hello")
    house.sign_up()
    house.app.tick()
    house.app.deliver()
    return link_of(house.mails()["hello"])


def test_one_post_between_a_tick_and_its_delivery_and_nothing_more_comes(house: House) -> None:
    link = first_mail(house)
    house.has_rule("tips")
    house.app.tick()
    assert house.reasons()["tips"] is None
    posted = house.browser.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (posted.status_code, posted.history, posted.headers.get("set-cookie")) == (200, [], None)
    house.app.deliver()
    assert set(house.mails()) == {"hello"}
    assert house.reasons() == {"hello": None, "tips": "suppressed"}


def test_without_that_post_it_would_have_come(house: House) -> None:
    link = first_mail(house)
    house.has_rule("tips")
    house.app.tick()
    for _ in range(3):
        assert house.browser.get(link).status_code == 200  # as scanners do
    house.app.deliver()
    assert set(house.mails()) == {"hello", "tips"}


def test_others_are_written_to_as_before(house: House) -> None:
    link = first_mail(house)
    house.browser.post(link, data={"List-Unsubscribe": "One-Click"})
    house.sign_up("cedar")
    house.has_rule("tips")
    house.app.tick()
    house.app.deliver()
    assert house.mails()["tips"].to == "ada@cedar.example"


def test_service_mail_has_no_way_out_and_comes_even_after_all_was_stopped(house: House) -> None:
    link = first_mail(house)
    assert house.browser.post(link, data={"choice": "all"}).status_code == 200
    house.has_rule("broken", "class: service\n")
    house.has_rule("tips")
    house.app.tick()
    house.app.deliver()
    assert set(house.mails()) == {"hello", "broken"}
    service = house.mails()["broken"]
    assert not any(name.startswith("List-") for name, _ in service.headers)
    assert "/u/" not in service.html + service.text


def test_whoever_asks_for_less_gets_one_in_a_week(house: House) -> None:
    link = first_mail(house)
    assert house.browser.post(link, data={"choice": "less"}).status_code == 200
    house.has_rule("tips")
    house.app.tick()
    house.app.deliver()
    assert set(house.mails()) == {"hello"}
    assert house.reasons()["tips"] == "less_often"
    house.browser.post(link, data={"choice": "back"})
    house.has_rule("more")
    house.app.tick()
    house.app.deliver()
    assert set(house.mails()) == {"hello", "more"}


def test_who_left_and_was_forgotten_is_not_written_to_when_an_import_brings_them_back(house: House) -> None:
    link = first_mail(house)
    house.browser.post(link, data={"List-Unsubscribe": "One-Click"})
    forgetting = Forgetting(house.app.engine, house.app.addresses, "me", suppresses=False)
    gone = forgetting.find("ada-blue")
    assert gone is not None
    forgetting.forget(gone)
    house.sign_up()
    house.has_rule("tips")
    house.app.tick()
    house.app.deliver()
    assert set(house.mails()) == {"hello"}
    assert house.browser.get(link).status_code == 200


def test_a_testers_click_leaves_the_customer_alone(house: House) -> None:
    file = house.app.settings.project / "firstwin.yaml"
    file.write_text(file.read_text() + "redirect_to: {email: tester@acme.example}\n")
    link = first_mail(house)
    assert house.mails()
    assert house.browser.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert rows(house.app.engine, tables.suppression) == []
