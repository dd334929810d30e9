"""Answers for `firstwin health` without the project: it must be there, and workers say how it stands."""

from __future__ import annotations

from firstwin.db.engine import DatabaseError, read
from firstwin.settings import INSIDE, Settings
from firstwin.tools.database import must_have_tables, opened
from firstwin.tools.health import Health, health
from firstwin.tools.project_file import holds_project, no_project
from firstwin.tools.vital import Vital, vital


def asked(settings: Settings) -> Health:
    """A database that can't be used, and a project that is not there, are answers among others."""
    if not holds_project(settings.project):
        return Health(wrong=(str(no_project(settings.project)),))
    try:
        found = _vital(settings.database)
    except DatabaseError as error:
        return Health(wrong=(str(error),))
    with_broker = settings.broker_url not in ("", INSIDE)
    return health(found, with_broker=with_broker, broker_answers=_broker_answers(settings.broker_url))


def _vital(database: str) -> Vital:
    with opened(database) as engine:
        must_have_tables(engine)
        with read(engine) as connection:
            return vital(connection)


def _broker_answers(url: str) -> bool | None:
    if not url:
        return None
    from firstwin.bell import Bell  # Celery takes longer than the answer where there is no broker

    return Bell(url).answers()
