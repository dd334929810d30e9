"""The text part of a mail, made from its HTML while the marks are still in it; links keep their targets."""

from __future__ import annotations

import re
from typing import Any

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

from firstwin.messages.marks import AS_COMMENT, MARK, Link, Marks, tidied

LAYOUT = {  # tables place things on a page; in text they are lines
    "table": HtmlElement(display=Display.block),
    "tr": HtmlElement(display=Display.block),
    "td": HtmlElement(display=Display.inline),
    "th": HtmlElement(display=Display.inline),
}
WITH_TARGET = re.compile(r"(?<!\S)(\S+) \((\S+)\)")  # looked for where a word begins, else a long one takes its square
GAP = "zqgapzq"
LIST_ENDS = re.compile(r"</[uo]l>(?!\s*</li>)")  # a list within a list goes on
TICKED = re.compile(r"^([ ]*)\* (?=[✓○])", re.MULTILINE)


def to_text(marks: Marks, html: str) -> str:
    """The marked text of marked HTML."""
    html = LIST_ENDS.sub(rf"\g<0><div>{GAP}</div>", AS_COMMENT.sub(r"\1", html))
    text: str = get_text(html, _config()).replace(GAP, "")
    text = WITH_TARGET.sub(lambda found: _said_once(marks, found), text)
    return squeezed(tidied(squeezed(TICKED.sub(r"\1", text)) + "\n")) + "\n"


def _said_once(marks: Marks, found: re.Match[str]) -> str:
    """A link whose label is its own target stands there once."""
    label, target = found[1], found[2]
    mark = MARK.fullmatch(target)
    link = marks.at(mark) if mark else None
    meant = link.marked if isinstance(link, Link) else target
    return target if label == meant else found[0]


def squeezed(text: str) -> str:
    """The text without spaces at the end of lines, and with at most one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _config() -> ParserConfig:
    targets: list[tuple[str, bool]] = []

    def begin_link(_state: Any, attributes: Any) -> None:  # noqa: ANN401 - inscriptis has no types
        targets.append((attributes.get("href", ""), "button" in attributes.get("class", "")))

    def end_link(state: Any) -> None:  # noqa: ANN401
        target, is_button = targets.pop()
        if target:
            state.tags[-1].write(f": {target}" if is_button else f" ({target.removeprefix('mailto:')})")

    def end_cell(state: Any) -> None:  # noqa: ANN401
        state.tags[-1].write("  ")

    def nothing(*_: Any) -> None:  # noqa: ANN401
        """Tables are not drawn."""

    handlers = CustomHtmlTagHandlerMapping(
        start_tag_mapping={"a": begin_link, "table": nothing, "tr": nothing, "td": nothing, "th": nothing},
        end_tag_mapping={"a": end_link, "table": nothing, "td": end_cell, "th": end_cell},
    )
    return ParserConfig(css=STRICT_CSS_PROFILE | LAYOUT, custom_html_tag_handler_mapping=handlers)
