"""A file of rule tests: a list, of which each is read by itself, so that a mistake in one hides none of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from firstwin.rules.documents import Document, Path, Place, read_document
from firstwin.rules.problems import Problem
from firstwin.rules.reading import read_word
from firstwin.rules.ruletest import RuleTest, cut

A_LIST = "A file of rule tests is a list."
DASH = "Begin each test with `- test: …`, and write its other words below, indented."


@dataclass(frozen=True, eq=False)
class Written:
    """A test, and where it stands."""

    test: RuleTest
    document: Document

    @property
    def file(self) -> str:
        return self.document.file

    @property
    def line(self) -> int:
        return self.document.place(()).line

    def problem(self, message: str, suggestion: str, *path: str | int, warns: bool = False) -> Problem:
        place = self.document.place(path)
        severity = "warning" if warns else "error"
        return Problem(self.file, place.line, place.column, message, suggestion, severity)  # type: ignore[arg-type] # mypy widens it


def read_ruletests(file: str, content: bytes) -> tuple[tuple[Written, ...], tuple[Problem, ...]]:
    """The tests without a mistake, and every mistake."""
    document, problems = read_document(file, content)
    if document is None:
        return (), problems
    if not isinstance(document.data, list):
        return (), (*problems, Problem(file, 1, 1, A_LIST, DASH))
    found: list[Written] = []
    told = list(problems)
    for part in _parts(document):
        read = read_word(RuleTest, part, cut)
        told += read.problems
        if read.word is not None and not read.problems:
            found.append(Written(read.word, part))
    return tuple(found), (*told, *_twins(found))


def _parts(document: Document) -> Iterator[Document]:
    """Each item of the list as a document of its own, its lines still counted in the whole file."""
    keys, values = _by_first(document.keys), _by_first(document.values)
    unquoted: defaultdict[str | int, set[Path]] = defaultdict(set)
    for path in document.unquoted:
        if path:
            unquoted[path[0]].add(path[1:])
    for index, data in enumerate(document.data):
        yield replace(document, data=data, keys=keys[index], values=values[index], unquoted=frozenset(unquoted[index]))


def _by_first(places: Mapping[Path, Place]) -> defaultdict[str | int, dict[Path, Place]]:
    found: defaultdict[str | int, dict[Path, Place]] = defaultdict(dict)
    for path, place in places.items():
        if path:
            found[path[0]][path[1:]] = place
    return found


def _twins(found: list[Written]) -> Iterator[Problem]:
    """Two tests with one name in one file could not be told from each other."""
    first: dict[str, Written] = {}
    for written in found:
        twin = first.setdefault(written.test.test, written)
        if twin is not written:
            message = f"There is a test with this name in line {twin.line}."
            yield written.problem(message, "Give each a name that says what it alone shows.", "test")
