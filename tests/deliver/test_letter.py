"""A rendered message on its way: every mail but service has its way out, in its head and where people read."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from firstwin.deliver.context import Background, Started, Told
from firstwin.deliver.letter import Letter, letter
from firstwin.deliver.routes import Route
from firstwin.messages.message import Mail
from firstwin.outbox.judge import Verdict
from firstwin.outbox.states import State
from firstwin.outbox.way_out import WayOut
from tests.deliver.given import LEASED, WAY_OUT, Scripted, a_desk
from tests.outbox.given import NOON

HERS = WAY_OUT.link(LEASED.id, LEASED.key)
MAIL = "mail/first-login.md"
KNOWN = Background(Started("account", "acme", NOON), Told("", NOON), NOON, account={"id": "acme", "company": "Acme"})


def made(
    engine: Engine, tmp_path: Path, *, to: str = "anna@example.com", message_class: str = "marketing", **about: Any
) -> Letter | Verdict:
    desk = a_desk(engine, tmp_path, {"mail": Scripted()}, **about)
    instead = "" if to == LEASED.address else LEASED.address or ""
    route = Route("mail", desk.senders["mail"], to, instead)
    return letter(desk, replace(LEASED, message_class=message_class), KNOWN, route)


def mail_of(found: Letter | Verdict) -> Mail:
    assert isinstance(found, Letter)
    assert isinstance(found.message, Mail)
    return found.message


def test_a_mail_has_its_way_out_in_its_head_and_where_people_read(sqlite_engine: Engine, tmp_path: Path) -> None:
    mail = mail_of(made(sqlite_engine, tmp_path))
    assert mail.headers == {"List-Unsubscribe": f"<{HERS}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    assert f'href="{HERS}"' in mail.html
    assert HERS in mail.text


def test_service_mail_has_none(sqlite_engine: Engine, tmp_path: Path) -> None:
    mail = mail_of(made(sqlite_engine, tmp_path, message_class="service"))
    assert mail.headers == {}
    assert "/u/" not in mail.html + mail.text


@pytest.mark.parametrize("way_out", [WayOut(), WayOut(WAY_OUT.secrets), WayOut((), WAY_OUT.public_url)])
def test_without_the_settings_nothing_but_service_goes_out(
    sqlite_engine: Engine, tmp_path: Path, way_out: WayOut, logged: list[MutableMapping[str, Any]]
) -> None:
    assert made(sqlite_engine, tmp_path, way_out=way_out) == Verdict(State.DEAD, "no_way_out")
    assert "FIRSTWIN_" in logged[-1]["why"]
    assert mail_of(made(sqlite_engine, tmp_path, way_out=way_out, message_class="service")).headers == {}


@pytest.mark.parametrize(
    "body",
    [
        "Hi.",
        '{% if account.plan %}<a href="{{ unsubscribe_link }}">No more</a>{% endif %}',
    ],
    ids=["none", "behind a condition"],
)
def test_a_template_that_leaves_the_link_out_sends_nothing(sqlite_engine: Engine, tmp_path: Path, body: str) -> None:
    files = {MAIL: f"---\nsubject: Hi\nlayout: none\n---\n{body}\n"}
    found = made(sqlite_engine, tmp_path, files=files)
    assert found == Verdict(State.DEAD, "no_way_out")


def test_a_template_may_also_write_the_link_out(sqlite_engine: Engine, tmp_path: Path) -> None:
    files = {MAIL: "---\nsubject: Hi\nlayout: none\n---\nNo more: {{ unsubscribe_link }}\n"}
    mail = mail_of(made(sqlite_engine, tmp_path, files=files))
    assert HERS in mail.text
    assert HERS in mail.html


def test_the_link_in_a_mail_that_went_to_a_tester_is_a_testers(sqlite_engine: Engine, tmp_path: Path) -> None:
    mail = mail_of(made(sqlite_engine, tmp_path, to="staging@acme.example"))
    trial = WAY_OUT.link(LEASED.id, LEASED.key, trial=True)
    assert mail.headers["List-Unsubscribe"] == f"<{trial}>"
    assert re.findall(r"https://nudges\S+/u/[\w.-]+", mail.text) == [trial]
