"""Messages to programs: JSON whose texts are templates. A text that is one value alone keeps that value's kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final

import orjson

from firstwin.messages import limits
from firstwin.messages.compiled import Compiled, compiled
from firstwin.messages.environments import Environments
from firstwin.messages.file import TemplateFile, stop_at_errors
from firstwin.messages.marks import MARK, Expression, Marks, Place
from firstwin.messages.message import Payload
from firstwin.rules.documents import Document, read_document
from firstwin.rules.problems import did_you_mean

KEYS: Final = ("type", "data")


@dataclass(frozen=True)
class Value:
    """One value alone."""

    template: Compiled


@dataclass(frozen=True)
class WebhookTemplate:
    top: Place
    type: str
    data: dict[str, Any]  # JSON, with a Value or a Compiled wherever something is filled in
    parts: tuple[Compiled, ...]

    def render(self, values: Mapping[str, Any], *, key: str) -> Payload:
        data = {name: _made(part, values) for name, part in self.data.items()}
        if not _is_finite(data):
            raise self.top.error("failed", "A number here is infinite or none, which JSON does not know.")
        try:
            size = len(orjson.dumps(data))
        except orjson.JSONEncodeError as wrong:
            raise self.top.error("failed", f"This can't be written as JSON: {wrong}.") from None
        if size > limits.RENDERED and len(orjson.dumps(data).decode()) > limits.RENDERED:
            raise self.top.error("too_large", f"The message is longer than {limits.RENDERED:,} characters.")
        return Payload(key, self.type, data)


def _is_finite(value: Any) -> bool:  # noqa: ANN401 - JSON
    match value:
        case float():
            return isfinite(value)
        case dict():
            return all(_is_finite(inner) for inner in value.values())
        case list():
            return all(_is_finite(inner) for inner in value)
        case _:
            return True


def _made(part: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    match part:
        case Value(template):
            return _json(template.value(values))
        case Compiled():
            return part.render(values)
        case dict():
            return {name: _made(inner, values) for name, inner in part.items()}
        case list():
            return [_made(inner, values) for inner in part]
        case _:
            return part


def _json(value: Any) -> Any:  # noqa: ANN401
    """A value as JSON has it: a moment becomes ISO 8601 text."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {str(name): _json(inner) for name, inner in value.items()}
        case list() | tuple() | Iterator():
            return [_json(inner) for inner in value]
        case str():
            return str(value)
        case _:
            return value


def webhook_template(environments: Environments, file: TemplateFile) -> WebhookTemplate:
    """The webhook's template compiled, or RenderError with what is wrong in it."""
    document, problems = read_document(file.label, file.content)
    stop_at_errors(problems)
    if document is None or not isinstance(document.data, dict) or not isinstance(document.data.get("data"), dict):
        raise file.top.error("syntax", "A webhook's template is an object with “type” and “data”.")
    maker = _Maker(environments, document, file.label, [])
    data = {name: maker.made(value, ("data", name)) for name, value in document.data["data"].items()}
    return WebhookTemplate(file.top, maker.type(), data, tuple(maker.parts))


@dataclass(frozen=True)
class _Maker:
    environments: Environments
    document: Document
    file: str
    parts: list[Compiled]

    def place(self, *path: str | int) -> Place:
        return Place(self.file, self.document.place(path).line)

    def type(self) -> str:
        for key in self.document.data:
            if key not in KEYS:
                message = f"A webhook's template has no “{key}”. {did_you_mean(key, KEYS)}".rstrip()
                raise self.place(key).error("syntax", message)
        found = self.document.data.get("type")
        if not isinstance(found, str) or not found.replace(".", "").replace("_", "").isalnum():
            message = "A webhook has a “type” of words joined by dots: “account.nudged”."
            raise self.place("type").error("syntax", message)
        return found

    def made(self, value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - JSON
        match value:
            case dict():
                return {name: self.made(inner, (*path, name)) for name, inner in value.items()}
            case list():
                return [self.made(inner, (*path, number)) for number, inner in enumerate(value)]
            case str() if "{" in value:
                return self._filled(value, self.place(*path))
            case _:
                return value

    def _filled(self, text: str, place: Place) -> Value | Compiled:
        marks = Marks(self.environments.data)
        marked = marks.read(text, place)
        alone = MARK.fullmatch(marked.strip())
        is_value = alone is not None and isinstance(marks.at(alone), Expression)
        template = compiled(
            self.environments.data, marks, marked.strip() if is_value else marked, self.file, as_value=is_value
        )
        self.parts.append(template)
        return Value(template) if is_value else template
