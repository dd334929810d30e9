"""The rules as they were when something was decided, read again from the texts that are kept of each version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, product
from typing import Any

from sqlalchemy import Connection, Row, select

from firstwin.db import tables as t
from firstwin.rules.library import SEGMENTS, Library, load_library
from firstwin.rules.stored import taken_apart
from firstwin.rules.terms import Rule, read_milestones

MOST_TRIES = 64


@dataclass(frozen=True)
class Rebuilt:
    """``exact``: the version's own hash came out. Otherwise ``why`` says what could not be had as it was."""

    rule: Rule | None
    library: Library
    exact: bool
    why: str = ""


def rebuilt(connection: Connection, rule: str, version: str, at: datetime, files: Mapping[str, bytes]) -> Rebuilt:
    """``files`` are those of today: they stand in for what was never kept."""
    kept = _kept(connection)
    own = next((row for row in kept.get(rule, ()) if row.hash == version), None)
    if own is None:
        library = load_library(files)
        return Rebuilt(library.rule(rule), library, False, "the text of this version is not kept")
    first: Rebuilt | None = None
    for others in islice(_tries(kept, rule, at, own.source, files), MOST_TRIES):
        library = load_library(_with(others, rule, own.source))
        found = library.rule(rule)
        if found is not None and found.version == version:
            return Rebuilt(found, library, True)
        first = first or Rebuilt(found, library, False, _why(found))
    return first or Rebuilt(None, Library(), False, _why(None))


def _why(found: Rule | None) -> str:
    if found is None:
        return "its text cannot be read by this version of Firstwin"
    return "a segment or the recorder of a milestone that it read is not kept as it was"


def _kept(connection: Connection) -> Mapping[str, Sequence[Row[Any]]]:
    """By rule, its versions, the newest first."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(t.rule_version).order_by(t.rule_version.c.stored_at.desc())):
        found[row.rule].append(row)
    return found


def _with(files: Mapping[str, bytes], rule: str, source: str) -> dict[str, bytes]:
    own, segments = taken_apart(source)
    found = {**files, _file(rule): own.encode()}
    return found if segments is None else {**found, _file(SEGMENTS): segments.encode()}


def _file(name: str) -> str:
    return f"rules/{name}.yaml"


def _tries(
    kept: Mapping[str, Sequence[Row[Any]]], rule: str, at: datetime, source: str, files: Mapping[str, bytes]
) -> Iterator[Mapping[str, bytes]]:
    """The other rules as they stood then; then as they stand today; then each version that a recorder ever had."""
    then = dict(files)
    for name, versions in kept.items():
        before = [row for row in versions if row.stored_at <= at]
        then[_file(name)] = taken_apart((before or versions)[0].source)[0].encode()
    yield then
    yield files
    recorders = _recorders(kept, rule, source, then)
    for chosen in product(*(kept[name] for name in recorders)):
        texts = {_file(row.rule): taken_apart(row.source)[0].encode() for row in chosen}
        yield {**then, **texts}


def _recorders(
    kept: Mapping[str, Sequence[Row[Any]]], rule: str, source: str, files: Mapping[str, bytes]
) -> Sequence[str]:
    library = load_library(_with(files, rule, source))
    found = library.rule(rule)
    milestones = read_milestones(found) if found else frozenset()
    return [name for one in milestones for name in library.milestones.get(one, ()) if name in kept]
