"""Layouts: the frame around mails, with blocks that a template (or a layout based on it) fills in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from firstwin.messages.marks import MARK, Marks, Place, Statement
from firstwin.rules.problems import did_you_mean

CONTENT: Final = "content"


@dataclass(frozen=True)
class Block:
    name: str
    place: Place
    inside: Pieces


Pieces = tuple[str | Block, ...]


def composed(body: Pieces, layouts: Sequence[Pieces]) -> str:
    """The body in its layout, that in the layout it is based on, and so on; without any, the body alone.

    What a template writes outside of blocks is the ``content`` of its layout. A block of a layout that the layout
    around it has too fills that one; any other is a place of its own, for a template to fill.
    """
    if not layouts:
        return filled(body, {})
    _refuse_unknown(body, layouts)
    given = {piece.name: filled(piece.inside, {}) for piece in body if isinstance(piece, Block)}
    given.setdefault(CONTENT, "".join(piece for piece in body if isinstance(piece, str)))
    for number, layout in enumerate(layouts[:-1]):
        around = set(names(layouts[number + 1 :])) - {CONTENT}
        own = {
            piece.name: filled((piece,), given) for piece in layout if isinstance(piece, Block) and piece.name in around
        }
        content = filled(tuple(piece for piece in layout if isinstance(piece, str) or piece.name not in around), given)
        given = {**given, **own, CONTENT: content}
    return filled(layouts[-1], given)


def filled(pieces: Pieces, given: Mapping[str, str]) -> str:
    """The text, each block replaced by what is given for it, else with what it holds itself."""
    return "".join(
        piece if isinstance(piece, str) else given[piece.name] if piece.name in given else filled(piece.inside, given)
        for piece in pieces
    )


def names(layouts: Sequence[Pieces]) -> Iterator[str]:
    """Every block that there is to fill, those inside of others too."""
    for pieces in layouts:
        for piece in pieces:
            if isinstance(piece, Block):
                yield piece.name
                yield from names([piece.inside])


def _refuse_unknown(body: Pieces, layouts: Sequence[Pieces]) -> None:
    known = set(names(layouts))
    for piece in body:
        if isinstance(piece, Block) and piece.name not in known:
            message = f"The layout has no block “{piece.name}”. {did_you_mean(piece.name, known)}".rstrip()
            raise piece.place.error("syntax", message)


def blocks(marks: Marks, marked: str) -> Pieces:
    """The text with the blocks in it."""
    return _Reader(marks, marked).read(None)


class _Reader:
    def __init__(self, marks: Marks, marked: str) -> None:
        self._marks = marks
        self._marked = marked
        self._found = MARK.finditer(marked)
        self._position = 0

    def read(self, opened: Place | None) -> Pieces:
        pieces: list[str | Block] = []
        for mark in self._found:
            part = self._marks.at(mark)
            if not isinstance(part, Statement) or part.keyword not in {"block", "endblock"}:
                continue
            pieces.append(self._marked[self._position : mark.start()])
            self._position = mark.end()
            if part.keyword == "endblock":
                return _ended(opened, part.place, pieces)
            pieces.append(Block(_name(part), part.place, self.read(part.place)))
        if opened is not None:
            raise opened.error("syntax", "This block has no {% endblock %}.")
        return (*pieces, self._marked[self._position :])


def _ended(opened: Place | None, place: Place, pieces: list[str | Block]) -> Pieces:
    if opened is None:
        raise place.error("syntax", "There is no block that ends here.")
    return tuple(pieces)


def _name(part: Statement) -> str:
    name = part.code.strip().removeprefix("block").strip()
    if not name.isidentifier():
        raise part.place.error("syntax", "A block has a name of one word: {% block footer %}.")
    return name
