"""A template's file: the head block with its few settings, and the body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from firstwin.messages import limits
from firstwin.messages.error import RenderError
from firstwin.messages.marks import Place
from firstwin.rules.documents import Document, read_document
from firstwin.rules.problems import Problem, did_you_mean, errors

Kind = Literal["mail", "alert", "webhook", "digest", "pages", "layouts"]
SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "mail": (".md", ".html"),
    "alert": (".md",),
    "webhook": (".json", ".yaml"),
    "digest": (".md",),
    "pages": (".html",),
    "layouts": (".html",),
}
GROUPS = frozenset({"words", "fields"})  # settings that hold more than a text
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
HEAD = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
BARE_VALUE = re.compile(
    r"""^(\s*(?:- )?[^\s:#'"{][^:#\n]*:[ ]+)(?![ "'|>\[]|\{(?!\{))(.*?)([ ]+#[ ].*)?$""", re.MULTILINE
)


@dataclass(frozen=True)
class TemplateFile:
    """``label`` is the file as people know it: ``templates/mail/welcome.md``."""

    label: str
    kind: Kind
    name: str
    suffix: str
    content: bytes

    @property
    def top(self) -> Place:
        return Place(self.label, 1)


def read_folder(folder: Path) -> dict[tuple[Kind, str], TemplateFile]:
    """Every template in the folder as it stands now, by kind and name."""
    found: dict[tuple[Kind, str], TemplateFile] = {}
    for kind, suffixes in SUFFIXES.items():
        for path in sorted((folder / kind).glob("*")):
            if path.suffix in suffixes and path.is_file() and not path.name.startswith("."):
                label = path.relative_to(folder.parent).as_posix()
                found.setdefault(
                    (kind, path.stem), TemplateFile(label, kind, path.stem, path.suffix, path.read_bytes())
                )
    return found


@dataclass(frozen=True)
class Head:
    """The settings at the top of a template; a text among them is a template too."""

    file: str
    data: dict[str, Any]
    document: Document | None

    def has(self, key: str) -> bool:
        return self.data.get(key) not in (None, "")

    def text(self, key: str) -> str:
        return str(self.data.get(key) or "")

    def place(self, *path: str | int) -> Place:
        return Place(self.file, self.document.place(path).line if self.document else 1)


@dataclass(frozen=True)
class Template:
    """A template taken apart; ``begins`` is the line of the body's first line."""

    file: TemplateFile
    head: Head
    body: str
    begins: int
    problems: tuple[Problem, ...]

    @property
    def place(self) -> Place:
        return Place(self.file.label, self.begins)

    def place_of(self, text: str) -> Place:
        """The line of the body in which ``text`` stands first; the body's first line where it stands in none."""
        before = self.body[: max(self.body.find(text), 0)]
        return Place(self.file.label, self.begins + before.count("\n"))

    def words(self) -> dict[str, str]:
        """The template's own words, which its author changes in one place: ``{{ words.offer }}``."""
        found = self.head.data.get("words") or {}
        if not isinstance(found, dict) or any(isinstance(value, (dict, list)) for value in found.values()):
            message = "The words are names with a text each: “offer: a month on us”."
            raise self.head.place("words").error("syntax", message)
        return {name: str(value if value is not None else "") for name, value in found.items()}

    def stop_at_errors(self) -> None:
        stop_at_errors(self.problems)


def stop_at_errors(problems: Iterable[Problem]) -> None:
    """RenderError with the first mistake, if there is one."""
    for problem in errors(problems):
        message = f"{problem.message} {problem.suggestion}".rstrip()
        raise RenderError("syntax", problem.file, problem.line, message)


def taken_apart(file: TemplateFile, *, keys: Iterable[str]) -> Template:
    """The head and the body; ``keys`` are those that this kind of template has in its head."""
    text = _text(file)
    found = HEAD.match(text)
    if found is None:
        return Template(file, Head(file.label, {}, None), text, 1, ())
    document, problems = read_document(file.label, _quoted(f"\n{found[1]}").encode())
    data = document.data if document and isinstance(document.data, dict) else {}
    problems += _unknown(file.label, document, data, keys)
    begins = found[0].count("\n") + 1
    return Template(file, Head(file.label, data, document), text[found.end() :], begins, problems)


def _text(file: TemplateFile) -> str:
    if len(file.content) > limits.SOURCE:
        raise file.top.error("too_large", f"A template is at most {limits.SOURCE:,} bytes.")
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise file.top.error("syntax", "The file is not text in UTF-8; save it as such.") from None
    _must_be_printable(file, text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _must_be_printable(file: TemplateFile, text: str) -> None:
    if found := CONTROL.search(text):
        line = 1 + text.count("\n", 0, found.start())
        message = f"There is an invisible control character (U+{ord(found[0]):04X}) in this line. Delete it."
        raise Place(file.label, line).error("syntax", message)


def _quoted(head: str) -> str:
    """``subject: {{ … }}, welcome`` needs no quotes, though YAML takes braces and colons for its own."""
    return BARE_VALUE.sub(lambda line: _quoted_line(*line.groups("")) if "{{" in line[2] else line[0], head)


def _quoted_line(key: str, text: str, remark: str) -> str:
    doubled = text.rstrip().replace("'", "''")
    return f"{key}'{doubled}'{remark}"


def _unknown(file: str, document: Document | None, data: dict[str, Any], keys: Iterable[str]) -> tuple[Problem, ...]:
    known = tuple(keys)
    if document is None:
        return ()
    if not isinstance(document.data, dict):
        return (Problem(file, 2, 1, "The head of a template is a list of settings.", f"It knows: {', '.join(known)}."),)
    return tuple(
        Problem(file, place.line, place.column, *told)
        for key, value in data.items()
        if (told := _told_of(key, value, known))
        for place in [document.place((key,), "key")]
    )


def _told_of(key: str, value: object, known: tuple[str, ...]) -> tuple[str, str] | None:
    """What is wrong with a setting, and what to do."""
    if key not in known:
        return f"A template's head has no “{key}”.", did_you_mean(key, known)
    if isinstance(value, (dict, list)) and key not in GROUPS:
        return f"“{key}” is one text.", "Put it in quotes if it holds brackets or braces."
    return None
