"""The layout's CSS written into each element, as mail programs want it: once a template, while the marks are in it."""

from __future__ import annotations

import re
from itertools import zip_longest

import css_inline

from firstwin.messages.marks import AS_COMMENT, MARK, STATEMENT, Marks, Place

INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
BEFORE_ROWS = re.compile(rf"(<table\b[^>]*>\s*)((?:<!--{STATEMENT}-->\s*)+)<tbody>")


def inlined(marks: Marks, document: str, place: Place) -> str:
    """The document with its CSS inlined; media queries stay in its head."""
    try:
        html = INLINER.inline(document)
    except css_inline.InlineError as error:
        raise place.error("syntax", f"The CSS cannot be read: {error}") from None
    html = BEFORE_ROWS.sub(r"\1<tbody>\2", html)  # the parser adds <tbody>; a loop over rows goes inside
    _refuse_moved(marks, document, html)
    return AS_COMMENT.sub(r"\1", html)


def _refuse_moved(marks: Marks, before: str, after: str) -> None:
    """An HTML parser mends what is nested wrongly, and may carry a loop's end away from its beginning."""
    for was, now in zip_longest(_order(before), _order(after)):
        if was != now:
            place = marks.parts((was or now)[0])[0].place
            message = (
                "The HTML around this is nested in a way that browsers mend: close each element where it was opened."
            )
            raise place.error("syntax", message)


def _order(html: str) -> list[list[str]]:
    """Each statement with the values up to the next one; the attributes of one element may stand in any order."""
    found: list[list[str]] = [[]]
    for mark in MARK.finditer(html):
        if mark[1] == "e":
            found.append([mark[0]])
        else:
            found[-1].append(mark[0])
    return [sorted(group) for group in found]  # a statement's mark sorts before a value's
