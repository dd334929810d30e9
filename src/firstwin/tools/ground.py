"""The database and firstwin.yaml, for what brings facts and needs no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from firstwin.rules.project import Project
from firstwin.tools.check import read_project
from firstwin.tools.database import must_have_tables, opened


class Ground(NamedTuple):
    """What facts need: where they are kept, and what firstwin.yaml says."""

    engine: Engine
    project: Project


@contextmanager
def ground(folder: Path, url: str, environment: Mapping[str, str]) -> Iterator[Ground]:
    """Raises ProjectError if firstwin.yaml cannot be used; a mistake in a rule is none of it."""
    project = read_project(folder, environment)
    with opened(url) as engine:
        must_have_tables(engine)
        yield Ground(engine, project)
