"""The site, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.web.given import Site, running


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Iterator[Site]:
    with running(engine, tmp_path / "project") as found:
        yield found
