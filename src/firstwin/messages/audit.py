"""A second look at a finished mail, as a browser reads it: values stand only where text may, and links lead to the web."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from firstwin.messages.document import LINKS
from firstwin.messages.error import RenderError
from firstwin.messages.file import Template
from firstwin.messages.links import is_allowed
from firstwin.messages.marks import MARK, Link, Marks

CODE = re.compile(r"on.*|style|srcset|srcdoc|http-equiv")  # attributes that a program or a style sheet is read from
ALSO_ALLOWED = ("#", "tel:", "cid:")  # a place in the mail itself, a telephone, a picture in the mail


def audit(marks: Marks, html: str, template: Template) -> None:
    """RenderError where a value could act, or where the author links to what no mail may link to."""
    reader = _Audit(marks, template)
    reader.feed(html)
    reader.close()


class _Audit(HTMLParser):
    def __init__(self, marks: Marks, template: Template) -> None:
        super().__init__(convert_charrefs=True)
        self._marks = marks
        self._template = template

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._no_mark(tag)
        for name, value in attrs:
            self._no_mark(name)
            if tag == "meta" or CODE.fullmatch(name):
                self._no_mark(value or "")
            elif name in LINKS:
                self._link(value or "")

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None:
            self._no_mark(data)

    def _no_mark(self, text: str) -> None:
        for part in self._marks.parts(text):
            raise part.place.error("not_allowed", "A value cannot stand here: it could become code.")

    def _link(self, target: str) -> None:
        mark = MARK.fullmatch(target)
        if mark and isinstance(self._marks.at(mark), Link):
            return
        self._no_mark(target)
        if not is_allowed(target) and not target.startswith(ALSO_ALLOWED):
            raise self._not_a_link(target)

    def _not_a_link(self, target: str) -> RenderError:
        message = f"“{target}” is not a link that a mail may have: it begins with https:// or http:// or mailto:."
        return self._template.place_of(target).error("bad_link", message)
