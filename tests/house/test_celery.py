"""Celery only carries bells: nothing that a broker could lose, hold back or run is given to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import modules, place

# An eta and its relatives wait in a worker's memory, and come again when the broker believes that it died.
FORBIDDEN = {
    "eta", "countdown", ".retry", "apply_async", "AsyncResult", "ResultSet", "result_backend", "backend", "pickle",
    "cloudpickle", "dill", "chord", "chain", "autoretry_for", "acks_late",
}  # fmt: skip
CELERY = ("bell.py", "worker.py")  # tests/house/test_third_party.py sees to it that nobody else imports it
ALLOWED = {("bell.py", "backend")}  # backend=None: there is none


def words(source: str) -> Iterator[str]:
    """The names of keywords, attributes, variables and imports; attributes with their dot as well."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name):
                yield from (name, f".{name}")
            case ast.keyword(arg=str(name)) | ast.Name(id=name):
                yield name
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from (part for alias in names for part in alias.name.split("."))
            case _:
                pass


def test_nothing_is_left_to_celery_that_the_database_keeps() -> None:
    used = {(place(path), word) for path in modules() if place(path) in CELERY for word in words(path.read_text())}
    assert {(at, word) for at, word in used if word in FORBIDDEN} - ALLOWED == set()


def test_nobody_pickles() -> None:
    used = {(place(path), word) for path in modules() for word in words(path.read_text())}
    assert {(at, word) for at, word in used if word in {"pickle", "cloudpickle", "dill", "shelve"}} == set()


@pytest.mark.parametrize(
    "source",
    [
        "task.apply_async(eta=at)",
        "self.retry()",
        "app.send_task('t', countdown=5)",
        "import pickle",
        "from celery import chord",
    ],
)
def test_such_a_use_is_seen(source: str) -> None:
    assert FORBIDDEN.intersection(words(source))
