"""Strict YAML: plain data, and the line and column of every key and value. It has none of YAML's traps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from firstwin.rules.problems import Problem
from firstwin.rules.source import SPECIAL_SPACES, TYPE_ANEW, Source, read_source
from firstwin.rules.syntax import NOT_YAML, explain_syntax

Path = tuple[str | int, ...]

DEEPEST = 30
NOT_KEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
NULLS = {"", "~", "null", "Null", "NULL"}
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
NUMBER_TO_SOME = re.compile(
    r"[-+]?(0[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))"
    r"|\.(nan|NaN|NAN)"
)
EXACT_DIGITS = 15
CURLY_QUOTES = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb"


@dataclass(frozen=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A file's data, and where each part of it stands."""

    file: str
    data: Any
    source: Source
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    unquoted: frozenset[Path]

    def place(self, path: Path, at: Literal["key", "value"] = "value") -> Place:
        """Where the part at ``path`` stands, or the nearest part around it."""
        path, places = self._as_written(path), self.keys if at == "key" else self.values
        for length in range(len(path), -1, -1):
            found = places.get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return Place(1, 1)

    def _as_written(self, path: Path) -> Path:
        """The path without the index of a list that is written as its only item."""
        data: Any = self.data
        written: list[str | int] = []
        for part in path:
            if isinstance(part, int) and not isinstance(data, list):
                continue
            written.append(part)
            data = inner(data, part)
        return tuple(written)

    def is_unquoted(self, path: Path) -> bool:
        """Whether a text stands there without quotes."""
        return self._as_written(path) in self.unquoted

    def value(self, path: Path) -> Any:  # noqa: ANN401 - a document holds anything
        """What stands at ``path``; None where nothing does."""
        data: Any = self.data
        for part in self._as_written(path):
            data = inner(data, part)
        return data

    def is_empty(self, path: Path) -> bool:
        """Whether a key stands there without a value."""
        return self._as_written(path) in self.keys and self.value(path) is None

    def remark(self, path: Path) -> str:
        """What stands as a remark (``# …``) where a key has no value."""
        place = self.place(path, "key")
        found = re.search(r":\s+(#\S[^,}\]]*)", self.source.lines[place.line - 1][place.column - 1 :])
        return found[1].strip() if found else ""


def inner(data: Any, part: str | int) -> Any:  # noqa: ANN401 - a document holds anything
    """What stands under a key or at an index; None where there is nothing."""
    if isinstance(part, int):
        return data[part] if isinstance(data, list) and part < len(data) else None
    return data.get(part) if isinstance(data, dict) else None


def read_document(file: str, content: bytes) -> tuple[Document | None, tuple[Problem, ...]]:
    """The document that the bytes hold, if they can be read at all, and every problem met on the way."""
    source = read_source(file, content)
    if isinstance(source, Problem):
        return None, (source,)
    reader = _Reader(source)
    try:
        data = reader.read()
    except _Unreadable as unreadable:
        return None, (*reader.problems, unreadable.problem)
    except MarkedYAMLError as error:
        return None, (*reader.problems, explain_syntax(source, error))
    except Exception:  # noqa: BLE001 - the parser fails in many ways over escapes and directives that make no sense
        return None, (*reader.problems, source.problem(1, 1, NOT_YAML, "Compare it with one of the shipped rules."))
    document = Document(file, data, source, reader.keys, reader.values, frozenset(reader.unquoted))
    return document, tuple(reader.problems)


class _Unreadable(Exception):  # noqa: N818 - not an error of the program: it ends the reading of one file
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass
class _Reader:
    """Walks through the parser's events, and builds the data itself, so that nothing is resolved behind our back."""

    source: Source
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    unquoted: set[Path] = field(default_factory=set)
    events: Iterator[Event] = field(init=False)

    def read(self) -> Any:  # noqa: ANN401 - a document holds anything
        self.events = iter(YAML(typ="safe", pure=True).parse(self.source.text))
        start = next(self.events)
        while isinstance(start, StreamStartEvent):
            start = next(self.events)
        if not isinstance(start, DocumentStartEvent):
            raise _Unreadable(self.source.problem(1, 1, "The file is empty.", ""))
        self._without_directives(start)
        data = self._value(next(self.events), ())
        self._only_one()
        return data

    def _without_directives(self, start: DocumentStartEvent) -> None:
        if start.version or start.tags:
            message = "A line that begins with `%` is an instruction to the YAML reader."
            self.problems.append(self.source.problem(1, 1, message, "Leave it out."))

    def _only_one(self) -> None:
        after = next(event for event in self.events if not isinstance(event, DocumentEndEvent))
        if isinstance(after, DocumentStartEvent):
            self._refuse(after, "A second document begins here.", "Write each in a file of its own.")

    def _value(self, event: Event, path: Path) -> Any:  # noqa: ANN401
        self.values.setdefault(path, _place(event))
        self._without_tricks(event)
        match event:
            case MappingStartEvent():
                return self._mapping(event, path)
            case SequenceStartEvent():
                return self._sequence(event, path)
            case ScalarEvent():
                return self._scalar(event, path)
            case _:
                return None

    def _without_tricks(self, event: Event) -> None:
        anchor = getattr(event, "anchor", None)
        tag = str(getattr(event, "tag", None) or "").replace("tag:yaml.org,2002:", "!!")
        if isinstance(event, AliasEvent):
            self._refuse(event, f"`*{anchor}` refers to another place.", _quoted(f"*{anchor}"))
        elif anchor:
            self._refuse(event, f"`&{anchor}` gives this place a name.", _quoted(f"&{anchor}"))
        if tag:
            self._refuse(event, f"`{tag}` is an instruction to the YAML reader.", _quoted(tag))

    def _mapping(self, start: Event, path: Path) -> dict[str, Any]:
        self._not_too_deep(start, path)
        found: dict[str, Any] = {}
        for event in iter(lambda: next(self.events), None):
            if isinstance(event, MappingEndEvent):
                break
            self._entry(event, found, path)
        return found

    def _not_too_deep(self, start: Event, path: Path) -> None:
        if len(path) >= DEEPEST:
            place = _place(start)
            message = f"This is nested more than {DEEPEST} levels deep."
            raise _Unreadable(self.source.problem(place.line, place.column, message, "Make it flatter."))

    def _entry(self, event: Event, found: dict[str, Any], path: Path) -> None:
        key, place = self._key(event, path), _place(event)
        if key is None or key in found:
            if key is not None:
                first = self.keys[*path, key].line
                message = f"`{key}` stands here twice, for the first time in line {first}."
                self._refuse(event, message, "Keep one of them.")
            self._value(next(self.events), (*path, -1))
            return
        self.keys[*path, key] = place
        value = next(self.events)
        if _is_empty(value):  # the parser places it at whatever comes next
            self.values[*path, key] = place
        found[key] = self._value(value, (*path, key))

    def _key(self, event: Event, path: Path) -> str | None:
        if not isinstance(event, ScalarEvent):
            self._refuse(
                event,
                "A key is a word, and here stands a list or a mapping.",
                "`{{ … }}` belongs in templates only; in a rule, name the property.",
            )
            self._value(event, (*path, -1))
            return None
        self._without_tricks(event)
        key: str = event.value
        if key == "<<" or not key.strip():
            self._refuse(event, f"`{key}` cannot be a key." if key else "Here a key is missing.", "Write a word.")
            return None
        self._can_be_kept(event, key)
        if not event.style:
            self._well_typed(event, key)
        return key

    def _sequence(self, start: Event, path: Path) -> list[Any]:
        self._not_too_deep(start, path)
        found: list[Any] = []
        for event in iter(lambda: next(self.events), None):
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self._value(event, (*path, len(found))))
        return found

    def _scalar(self, event: ScalarEvent, path: Path) -> str | float | bool | None:
        text: str = event.value
        self._can_be_kept(event, text)
        if event.style:
            return text
        self.unquoted.add(path)
        if text in NULLS:
            return None
        if text in BOOLEANS:
            return BOOLEANS[text]
        if NUMBER_TO_SOME.fullmatch(text):
            return self._number(event, text)
        self._well_typed(event, text)
        return text

    def _number(self, event: ScalarEvent, text: str) -> str | float:
        if sum(map(str.isdigit, text)) > EXACT_DIGITS:
            message = f"`{text[:40]}` has too many digits to be kept exactly as a number."
            self._refuse(event, message, "If it is a name or an id, put it in quotes.")
        elif INTEGER.fullmatch(text):
            return int(text)
        elif DECIMAL.fullmatch(text):
            return float(text)
        else:
            message = f"`{text}` could be a number or a text."
            self._refuse(event, message, f'Write "{text}" in quotes for the text, or the number in plain digits.')
        return text

    def _can_be_kept(self, event: ScalarEvent, text: str) -> None:
        """An escape in double quotes can make letters that no file could hold."""
        if found := NOT_KEPT.search(text):
            self._refuse(
                event, f"There is a sign in this text that can't be kept (U+{ord(found[0]):04X}).", "Delete it."
            )

    def _well_typed(self, event: ScalarEvent, text: str) -> None:
        if text[0] in CURLY_QUOTES:
            message = "A text begins with curly quotes, which are part of the text here."
            self._refuse(event, message, 'Use straight quotes ("), or none.')
        if any(blank in text for blank in SPECIAL_SPACES):
            self._refuse(event, "There is an invisible special space in this text.", TYPE_ANEW)

    def _refuse(self, event: Event, message: str, suggestion: str) -> None:
        place = _place(event)
        self.problems.append(self.source.problem(place.line, place.column, message, suggestion))


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _is_empty(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and not event.style and event.value == "" and not event.anchor


def _quoted(text: str) -> str:
    return f'If it is meant as text, put it in quotes: "{text}". If not, leave it out.'
