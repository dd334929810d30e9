"""Stand-ins for what a template computes, so that Markdown and HTML can be worked on while nothing is filled in yet.

Each ``{{ … }}`` and ``{% … %}`` is taken out of the source once and a mark of letters and digits put in its place. Values
are filled in when all work on the text is done: a customer's data never meets the Markdown reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Lexer

from firstwin.messages import limits
from firstwin.messages.error import RenderError, Why
from firstwin.messages.mistaken import code_in, in_words


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def error(self, reason: Why, message: str) -> RenderError:
        return RenderError(reason, self.file, self.line, message)


@dataclass(frozen=True)
class Expression:
    """``{{ code }}``."""

    code: str
    place: Place


@dataclass(frozen=True)
class Statement:
    """``{% code %}``."""

    code: str
    place: Place

    @property
    def keyword(self) -> str:
        return self.code.split(maxsplit=1)[0] if self.code.strip() else ""


@dataclass(frozen=True)
class Link:
    """A whole link, of the template's own text and of values. ``marked`` is how it stood in the text."""

    marked: str
    pieces: tuple[str | Expression, ...]
    place: Place


Part = Expression | Statement | Link

MARK = re.compile(r"zq([ve])(\d+)zq")  # v: a value, e: a statement
STATEMENT = r"zqe\d+zq"
AS_COMMENT = re.compile(rf"<!--({STATEMENT})-->")  # a statement where HTML allows a comment and no text
REMARK = "zqremarkzq"
OWN_LINE_REMARK = re.compile(rf"^[ \t]*(?:{REMARK}[ \t]*)+(?:\n|\Z)", re.MULTILINE)
OWN_LINE = re.compile(rf"^[ \t]*((?:{STATEMENT}[ \t]*)+)(?:\n|\Z)", re.MULTILINE)
OPENING = {"if": "endif", "for": "endfor", "block": "endblock"}


class Marks:
    """What each mark stands for. One of these for all that becomes one message."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._parts: list[Part] = []

    def put(self, part: Part) -> str:
        self._parts.append(part)
        kind = "e" if isinstance(part, Statement) else "v"
        return f"zq{kind}{len(self._parts) - 1}zq"

    def at(self, mark: re.Match[str]) -> Part:
        return self._parts[int(mark[2])]

    def parts(self, marked: str) -> list[Part]:
        return [self.at(mark) for mark in MARK.finditer(marked)]

    def read(self, source: str, place: Place) -> str:
        """The source with a mark for each part; ``place`` is where it begins."""
        if MARK.search(source) or REMARK in source:
            raise place.error("syntax", "“zq” with a number and “zq” stands for something else here.")
        marked = "".join(self._marked(source, place))
        return OWN_LINE_REMARK.sub("", marked).replace(REMARK, "")

    def _marked(self, source: str, place: Place) -> Iterator[str]:
        tokens = _tokens(self.environment.lexer, source, place)
        for line, kind, text in tokens:
            here = Place(place.file, place.line + line - 1)
            if len(self._parts) > limits.PARTS:
                raise here.error(
                    "too_large", f"A template has at most {limits.PARTS:,} places with {{{{ … }}}} or {{% … %}}."
                )
            if kind == "data":
                yield text
            elif kind == "variable_begin":
                yield self.put(Expression(_code(tokens, "variable_end", here), here))
            elif kind == "block_begin":
                yield self.put(Statement(_code(tokens, "block_end", here), here))
            elif kind == "comment_end":
                yield REMARK
            elif kind == "raw_begin":
                raise here.error("not_allowed", 'A template has no “raw”; write {{ "{{" }} for two braces.')  # fmt: skip


def _tokens(lexer: Lexer, source: str, place: Place) -> Iterator[tuple[int, str, str]]:
    try:
        yield from lexer.tokeniter(source, None)
    except TemplateSyntaxError as error:
        raise _unread(source, place, error) from None


def _unread(source: str, place: Place, error: TemplateSyntaxError) -> RenderError:
    message = error.message or ""
    code = code_in(source.split("\n")[error.lineno - 1], message)
    told = Place(place.file, place.line + error.lineno - 1).error("syntax", in_words(message, code))
    told.sought = code.text.strip()
    return told


def _code(tokens: Iterator[tuple[int, str, str]], end: str, place: Place) -> str:
    """What stands between the braces. Filters of our own machinery (``_x``) are not for templates."""
    found: list[str] = []
    after_bar = False
    for _, kind, text in tokens:
        if kind == end:
            return "".join(found)
        if after_bar and kind == "name" and text.startswith("_"):
            raise place.error("not_allowed", f"There is no filter “{text}”.")
        if kind != "whitespace":
            after_bar = text == "|"
        found.append(text)
    opening, closing = ("{{", "}}") if end == "variable_end" else ("{%", "%}")
    error = place.error("syntax", f"`{opening}` is opened and never closed. Write `{closing}` where it ends.")
    error.sought = opening
    raise error


def tidied(marked: str) -> str:
    """Text in which a line that holds statements only leaves no line behind."""
    return OWN_LINE.sub(lambda line: re.sub(r"[ \t]", "", line[1]), marked)


def is_one_condition(marks: Marks, opening: str, between: str, closing: str) -> bool:
    """Whether these are one ``if`` without another branch, what stands in it, and its ``endif``."""
    first, *inside, last = [
        part.keyword for part in marks.parts(opening + between + closing) if isinstance(part, Statement)
    ]
    if (first, last) != ("if", "endif"):
        return False
    depth = 0
    for keyword in inside:
        depth += (keyword in OPENING) - (keyword in OPENING.values())
        if depth < 0 or (depth == 0 and keyword in {"else", "elif"}):
            return False
    return depth == 0
