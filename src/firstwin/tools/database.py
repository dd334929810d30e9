"""Opens the database of a project, and tells in words what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from firstwin.db.engine import DatabaseError, open_database, read
from firstwin.db.migrate import is_current, upgrade
from firstwin.rules.library import Library
from firstwin.rules.problems import Problem
from firstwin.rules.project import Project
from firstwin.rules.references import events
from firstwin.rules.waits import awaited_by
from firstwin.tools.check import read_project
from firstwin.tools.status import event_names


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Raises DatabaseError where it does not answer."""
    try:
        engine = open_database(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except OperationalError as error:
        message = f"The database does not answer: {error.orig}\nLook at FIRSTWIN_DATABASE_URL."
        raise DatabaseError(message) from error


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


def migrate(url: str) -> bool:
    """Brings the database to the tables of this version. False if it has them."""
    with opened(url) as engine:
        if is_current(engine):
            return False
        upgrade(engine)
        return True


def must_have_tables(engine: Engine) -> None:
    """SQLite gets its tables by itself; for others raises DatabaseError that says how."""
    if is_current(engine):
        return
    if engine.dialect.name != "sqlite":
        raise DatabaseError("The database has no tables of this version yet: run `firstwin migrate`.")
    upgrade(engine)


def unseen_events(url: str, library: Library) -> list[Problem]:
    """The events of the rules that nobody ever sent, and the rules that wait for them; none where no event came in at all."""
    with opened(url) as engine:
        if not _is_there(engine) or not is_current(engine):
            return []
        with read(engine) as connection:
            seen = event_names(connection)
    return [*events(library.uses, seen, library.milestones), *_holding(library, seen)] if seen else []


def _holding(library: Library, seen: frozenset[str]) -> Iterator[Problem]:
    """Rules that send nothing as long as what they wait for never came in."""
    recorders = {name: tuple(filter(None, map(library.rule, rules))) for name, rules in library.milestones.items()}
    for rule in library.rules:
        for one in awaited_by(rule, recorders):
            if seen.isdisjoint(one.names):
                which = " or ".join(f"`{name}`" for name in one.names)
                message = f"The rule holds its nudges until {which} comes in for the first time."
                suggestion = "If that is rare, and its silence means nothing, write `feed: sparse`."
                yield Problem(library.files[rule.id], 1, 1, message, suggestion, "warning")


def _is_there(engine: Engine) -> bool:
    """SQLite makes a file by looking into it."""
    path = engine.url.database
    return engine.dialect.name != "sqlite" or path in {None, "", ":memory:"} or Path(str(path)).exists()
