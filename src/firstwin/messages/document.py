"""A whole mail in HTML with its marks: each is put where it may stand, and links become links."""

from __future__ import annotations

import re

from firstwin.messages.marks import MARK, STATEMENT, Expression, Link, Marks, Statement

TAG = re.compile(r"(<!--.*?-->|<[a-zA-Z/!](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.DOTALL)
ATTRIBUTE = re.compile(r"([^\s=<>\"'/]+)(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>\"']+)")
CLOSED = re.compile(r"<(style|script|title|textarea|xmp|iframe|object)\b[^>]*>(.*?)</\1", re.DOTALL | re.IGNORECASE)
LINKS = frozenset({"href", "src", "background", "action", "formaction", "poster", "cite", "data"})


def settled(marks: Marks, html: str) -> str:
    """Statements become comments, which HTML allows between any two elements; links with values become one mark each.

    RenderError where a value stands inside a script or a style sheet, or a statement inside a tag.
    """
    _refuse_code(marks, html)
    pieces = TAG.split(html)
    pieces[0::2] = [re.sub(f"({STATEMENT})", r"<!--\1-->", text) for text in pieces[0::2]]
    pieces[1::2] = [tag if tag.startswith("<!--") else _tag(marks, tag) for tag in pieces[1::2]]
    return "".join(pieces)


def _refuse_code(marks: Marks, html: str) -> None:
    for element in CLOSED.finditer(html):
        for part in marks.parts(element[2]):
            if element[1].lower() != "title" or isinstance(part, Statement):
                message = f"This cannot stand inside <{element[1]}>."
                raise part.place.error("not_allowed", message)


def _tag(marks: Marks, tag: str) -> str:
    if not MARK.search(tag):
        return tag
    for part in marks.parts(tag):
        if isinstance(part, Statement):
            message = f"“{{% {part.keyword} %}}” cannot stand inside a tag; put it around the whole element."
            raise part.place.error("not_allowed", message)
    tag = ATTRIBUTE.sub(lambda found: _attribute(marks, found), tag)
    for part in marks.parts(ATTRIBUTE.sub("", tag)):
        message = 'A value can stand in a tag only as an attribute\'s text: title="{{ … }}".'
        raise part.place.error("not_allowed", message)
    return tag


def _attribute(marks: Marks, found: re.Match[str]) -> str:
    name, equals, value = found[1], found[2], found[3]
    if not marks.parts(value):
        return found[0]
    inner = value[1:-1] if value[0] in "\"'" else value
    return f'{name}{equals}"{link(marks, inner) if name.lower() in LINKS else inner}"'


def link(marks: Marks, text: str) -> str:
    """One mark for a whole link."""
    if isinstance(single := marks.parts(text)[0], Link):
        return text
    pieces: list[str | Expression] = []
    position = 0
    for mark in MARK.finditer(text):
        pieces.append(text[position : mark.start()].replace("&amp;", "&"))
        part = marks.at(mark)
        assert isinstance(part, Expression)  # noqa: S101 - statements were refused, a link within a link is none
        pieces.append(part)
        position = mark.end()
    pieces.append(text[position:].replace("&amp;", "&"))
    return marks.put(Link(text, tuple(piece for piece in pieces if piece), single.place))
