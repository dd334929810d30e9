"""What the tests share: real databases, emptied for each test, and a real Valkey; started when first asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from redis import Redis
from sqlalchemy import Engine

from firstwin.db.engine import open_database
from firstwin.db.migrate import upgrade
from tests.servers.fresh import copy_sqlite, empty_postgres, sqlite_template
from tests.servers.postgres import postgres
from tests.servers.valkey import valkey

hypothesis.settings.register_profile("here", deadline=None)  # a busy machine is not a failure
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("fast", deadline=None, max_examples=20)  # for `make fast`
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


WHOLE = ("cli", "demo", "shipped", "web", "worker")  # folders of tests that run whole programs and whole stories
SERVERS = {"postgres_engine", "valkey_url"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        is_whole = item.path.relative_to(here).parts[0] in WHOLE
        if is_whole or not SERVERS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Whatever depends on this runs once on each database."""
    kind: str = request.param
    return kind


@pytest.fixture
def engine(dialect: str, request: pytest.FixtureRequest) -> Engine:
    """An empty database with every table."""
    found: Engine = request.getfixturevalue({"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[dialect])
    return found


@pytest.fixture
def database_url(engine: Engine) -> str:
    """The address of ``engine``'s database, for programs that a test starts."""
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_engine(tmp_path: Path, _sqlite_template: Path) -> Iterator[Engine]:
    engine = copy_sqlite(_sqlite_template, tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(_postgres: Engine) -> Engine:
    empty_postgres(_postgres)
    return _postgres


@pytest.fixture
def valkey_url(_valkey: str) -> str:
    """The address of an empty Valkey."""
    with Redis.from_url(_valkey) as client:
        client.flushall()
    return _valkey


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Engine]:
    with postgres() as url:
        engine = open_database(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def _valkey() -> Iterator[str]:
    with valkey() as url:
        yield url
