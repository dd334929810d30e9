"""Marked text turned back into a template for Jinja2, with the place in the author's file of each of its lines."""

from __future__ import annotations

from dataclasses import dataclass

from firstwin.messages.marks import MARK, Expression, Link, Marks, Part, Place, Statement

BRACES = ("{{", "{%", "{#")


@dataclass(frozen=True)
class Restored:
    source: str
    places: tuple[Place, ...]  # of each line

    def place(self, line: int) -> Place:
        return self.places[min(max(line, 1), len(self.places)) - 1]


def restored(marks: Marks, marked: str, file: str) -> Restored:
    """Every part begins a line of its own inside its braces, where a line break changes nothing."""
    pieces: list[str] = []
    places = [Place(file, 1)]
    position = 0
    for mark in MARK.finditer(marked):
        text, code, begins = _literal(marked[position : mark.start()]), _code(marks.at(mark)), marks.at(mark).place
        pieces += [text, code]
        places += [places[-1]] * text.count("\n")
        places += [Place(begins.file, begins.line + more) for more in range(code.count("\n"))]
        position = mark.end()
    pieces.append(_literal(marked[position:]))
    places += [places[-1]] * pieces[-1].count("\n")
    return Restored("".join(pieces), tuple(places))


def _literal(text: str) -> str:
    """Text that Jinja2 takes as it stands."""
    for braces in BRACES:
        text = text.replace(braces, "{{ '{' }}" + braces[1:])
    return text


def _code(part: Part) -> str:
    match part:
        case Expression(code=code):
            return "{{\n" + code + "}}"
        case Statement(code=code):
            return "{%\n" + code + "%}"
        case Link(pieces=pieces):
            first, *later = pieces
            listed = ", ".join([_piece(first, "_whole"), *(_piece(piece, "_quoted") for piece in later)])
            return "{{\n[" + listed + "] | _link }}"


def _piece(piece: str | Expression, quoting: str) -> str:
    if isinstance(piece, Expression):
        return f"({piece.code}) | {quoting}"
    return '"' + piece.encode("unicode_escape").decode().replace('"', '\\"') + '"'
