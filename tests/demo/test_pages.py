"""The pages of the demo: their address is known before there is a program, and answers with it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx
from sqlalchemy import Engine

from firstwin.app import App
from firstwin.db import tables
from firstwin.demo.pages import Pages
from firstwin.settings import Settings
from tests.cli.given import SECRET, make_project
from tests.outbox.given import deliveries, row_of


def test_a_link_leads_to_the_page(sqlite_engine: Engine, tmp_path: Path) -> None:
    with closing(Pages()) as pages:
        app = App(Settings(project=make_project(tmp_path / "p"), secret=SECRET, public_url=pages.url), sqlite_engine)
        (id_,) = deliveries(sqlite_engine, channels=("email",), person="anna", run=tables.LIVE)
        with pages.of(app), httpx.Client(trust_env=False) as browser:
            found = browser.get(app.way_out.link(id_, row_of(sqlite_engine, id_).key))
    assert (found.status_code, "Too much mail from us?" in found.text) == (200, True)


def test_it_may_be_closed_before_it_was_opened() -> None:
    Pages().close()
