"""The layouts around a template, each with the one that it is based on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from firstwin.messages.button import in_html
from firstwin.messages.file import Kind, Template, TemplateFile, taken_apart
from firstwin.messages.layout import CONTENT, Block, Pieces, blocks, names
from firstwin.messages.marks import Marks, Place
from firstwin.rules.problems import did_you_mean

LAYOUT_HEAD: Final = ("layout",)
NO_LAYOUT: Final = "none"
FILLS: Final = re.compile(r"\{%[-+]?\s*block\b")

Files = Mapping[tuple[Kind, str], TemplateFile]


def layouts(marks: Marks, files: Files, template: Template, standard: str) -> list[Pieces]:
    """The layout that the template names, or the ``standard`` one, and those around it outwards."""
    found: list[Pieces] = []
    seen: set[str] = set()
    name = template.head.text("layout") or standard
    place = template.head.place("layout")
    inside = template
    while name != NO_LAYOUT:
        layout = _layout(files, name, place, seen)
        found.append(blocks(marks, in_html(marks, marks.read(layout.body, layout.place))))
        _must_hold(layout, found[-1], inside)
        inside = layout
        name, place = layout.head.text("layout") or NO_LAYOUT, layout.head.place("layout")
    return found


def _layout(files: Files, name: str, place: Place, seen: set[str]) -> Template:
    file = files.get(("layouts", name))
    if file is None:
        known = [other for kind, other in files if kind == "layouts"]
        message = f"There is no layout “{name}” in templates/layouts. {did_you_mean(name, known)}".rstrip()
        raise place.error("syntax", message)
    if name in seen:
        raise place.error("syntax", f"The layout “{name}” is based on itself.")
    seen.add(name)
    layout = taken_apart(file, keys=LAYOUT_HEAD)
    layout.stop_at_errors()
    return layout


def _must_hold(layout: Template, pieces: Pieces, inside: Template) -> None:
    """Else what is written inside would go nowhere; one that fills blocks of its own says where."""
    if CONTENT not in names([pieces]) and not FILLS.search(inside.body):
        message = "This layout has no place for what is written in it. Write {% block content %}{% endblock %} there."
        raise layout.file.top.error("syntax", message)


def each(pieces: Pieces, made: Callable[[str], str]) -> Pieces:
    """The pieces with everything that is text in them made into something else."""
    return tuple(
        made(piece) if isinstance(piece, str) else Block(piece.name, piece.place, each(piece.inside, made))
        for piece in pieces
    )
