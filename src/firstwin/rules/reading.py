"""From a document to a word of the language, with every mistake told at its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from firstwin.rules.documents import Document, Path
from firstwin.rules.problems import Problem

W = TypeVar("W", bound=BaseModel)
Cut = Callable[[Path], Path]
TAG = re.compile(r"<.*>")  # which class of a union pydantic looked at: no part of the document


@dataclass(frozen=True)
class Read(Generic[W]):
    """What could be read. ``broken`` are the parts that could not, and are left out of ``word``."""

    word: W | None
    problems: tuple[Problem, ...]
    broken: frozenset[Path] = frozenset()


def read_word(model: type[W], document: Document, cut: Cut) -> Read[W]:
    """Reads the whole document; and if parts of it are wrong, the rest as well, so that its mistakes show too.

    ``cut`` says for the path of a mistake which part can be left out without changing the sense of the others.
    """
    try:
        return Read(model.model_validate(document.data), ())
    except ValidationError as error:
        found = error.errors(include_url=False)
    problems = tuple(_problem(document, details["loc"], details.get("ctx", {})) for details in found)
    paths = {path for path in (_path(details["loc"]) for details in found) if path}
    broken = frozenset(cut(path) for path in paths)
    return Read(_rest(model, document.data, broken), problems, broken)


def _problem(document: Document, loc: Path, told: Mapping[str, Any]) -> Problem:
    path = _path(loc)
    at_key = bool(loc and loc[-1] == "[key]") or told.get("at") == "key"
    place = document.place(path, "key" if at_key else "value")
    message, suggestion = _kept_secret(document, path) or (
        told.get("message", "This cannot be read."),
        told.get("suggestion", ""),
    )
    return Problem(document.file, place.line, place.column, message, _about_a_remark(document, path) or suggestion)


def _kept_secret(document: Document, path: Path) -> tuple[str, str] | None:
    """What is told in place of anything that could show a value from the environment."""
    written = getattr(document.value(path), "written", None)
    return (f"What `{written}` stands for does not fit here.", "Look at the environment variable.") if written else None


def _path(loc: Path) -> Path:
    return tuple(part for part in loc if not (isinstance(part, str) and (TAG.fullmatch(part) or part == "[key]")))


def _about_a_remark(document: Document, path: Path) -> str:
    """An unquoted ``#success`` is a remark to YAML, which looks to its author as if the value were there."""
    remark = document.remark(path) if path and document.is_empty(path) else ""
    if not remark:
        return ""
    return (
        f"What begins with ` #` is a remark, so `{remark}` is not seen: write `{remark.lstrip('#')}` without the `#`."
    )


def _rest(model: type[W], data: object, broken: frozenset[Path]) -> W | None:
    if not isinstance(data, Mapping):
        return None
    try:
        return model.model_validate(_without(data, broken, ()), context={"the rest": True})
    except ValidationError:
        return None


def _without(data: Mapping[str, Any], broken: frozenset[Path], path: Path) -> dict[str, Any]:
    return {
        key: _without(value, broken, (*path, key)) if isinstance(value, Mapping) else value
        for key, value in data.items()
        if (*path, key) not in broken
    }
