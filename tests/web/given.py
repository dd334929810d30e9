"""A running site: what a product team points its SDK at."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import Engine, select

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.facts.write_keys import make_key
from firstwin.settings import Settings
from firstwin.web.server import Server
from firstwin.web.site import PATIENCE_S, site
from tests.cli.given import make_project

SECRET = "a secret of thirty-two characters"
PUBLIC = "http://localhost:8000"


@dataclass
class Site:
    app: App
    url: str
    key: str
    client: httpx.Client

    @property
    def engine(self) -> Engine:
        return self.app.engine

    def post(self, path: str, said: Any, *, key: str | None = None, **options: Any) -> httpx.Response:
        """As an SDK does; ``key`` empty for none."""
        content = said if isinstance(said, bytes) else orjson.dumps(said)
        chosen = self.key if key is None else key
        return self.client.post(path, content=content, auth=(chosen, "") if chosen else httpx.Auth(), **options)

    def batch(self, *messages: Any, **options: Any) -> httpx.Response:
        return self.post("/v1/batch", {"batch": messages}, **options)

    def zipped(self, path: str, content: bytes, **options: Any) -> httpx.Response:
        return self.post(path, gzip.compress(content), headers={"content-encoding": "gzip"}, **options)

    def facts(self, *names: str) -> list[Any]:
        """Rows of `event`: all of those with an id, or those with these names."""
        event = tables.event.c
        query = (
            select(tables.event).where(event.name.in_(names) if names else event.id.is_not(None)).order_by(event.seq)
        )
        with read(self.engine) as connection:
            return list(connection.execute(query))

    def now(self) -> datetime:
        with read(self.engine) as connection:
            return clock(connection)


@contextmanager
def running(
    engine: Engine, folder: Path, *, patience_s: float = PATIENCE_S, more: str = "", **settings: Any
) -> Iterator[Site]:
    """A project with two rules, served from a thread of this process on a port of its own. ``more`` is for firstwin.yaml."""
    url = engine.url.render_as_string(hide_password=False)
    chosen = {
        "project": make_project(folder, more=more),
        "database_url": url,
        "secret": SECRET,
        "public_url": PUBLIC,
        **settings,
    }
    with App.open(Settings(**chosen)) as app:
        with write(app.engine) as connection:
            key = make_key(connection, "shop", who="test", at=clock(connection))
        server = Server(site(app, patience_s=patience_s), "127.0.0.1", 0)
        server.start()
        with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
            yield Site(app, server.url, key, client)
        server.stop()


def track(event: str = "opened", **more: Any) -> dict[str, Any]:
    message = {
        "type": "track",
        "messageId": f"m-{event}",
        "userId": "ada",
        "event": event,
        "timestamp": said(datetime.now(UTC)),
    }
    return message | more


def said(moment: datetime) -> str:
    return moment.isoformat()
