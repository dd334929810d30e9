"""Markdown with marks into HTML with marks. Values of customers are not there yet, so they can't be taken for Markdown."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from firstwin.messages.button import on_own_lines
from firstwin.messages.lists import joined
from firstwin.messages.marks import OWN_LINE, STATEMENT, Marks, is_one_condition

PARAGRAPH = re.compile(r"(?:^|(?<=\n\n))([ ]{0,3}\S(?:.|\n(?!\n))*)")
WRAPPED = re.compile(rf"[ ]*({STATEMENT})(\S.*)({STATEMENT})[ \t]*", re.DOTALL)
WRAPPED_ITEM = re.compile(rf"^([ ]*(?:[-*+]|\d+[.)])[ ]+)({STATEMENT})(.+)({STATEMENT})[ \t]*$", re.MULTILINE)
TASK = re.compile(r"^([ ]*[-*+][ ]+)\[([ xX])\][ ]+", re.MULTILINE)
TICK = {" ": '<span class="open">○</span> ', "x": '<span class="done">✓</span> '}
MARKDOWN = MarkdownIt("commonmark", {"html": True})


def to_html(marks: Marks, marked: str) -> str:
    """The HTML. A statement on a line of its own stands between paragraphs or list items, any other inside of them."""
    marked = PARAGRAPH.sub(lambda found: _unwrapped(marks, found), marked)
    marked = WRAPPED_ITEM.sub(lambda found: _unwrapped_item(marks, found), marked)
    marked = TASK.sub(lambda task: task[1] + TICK[task[2].lower()], marked)
    marked = OWN_LINE.sub(_as_comments, on_own_lines(marks, marked))
    tokens = joined(marks, MARKDOWN.parse(marked))
    return str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def _unwrapped(marks: Marks, found: re.Match[str]) -> str:
    """A paragraph wholly inside one ``if`` is not there at all when that is false."""
    whole = WRAPPED.fullmatch(found[1])
    if whole is None or not is_one_condition(marks, *whole.groups()):
        return found[0]
    return f"{whole[1]}\n{whole[2]}\n{whole[3]}"


def _unwrapped_item(marks: Marks, found: re.Match[str]) -> str:
    if not is_one_condition(marks, found[2], found[3], found[4]):
        return found[0]
    return f"{found[2]}\n{found[1]}{found[3].strip()}\n{found[4]}"


def _as_comments(line: re.Match[str]) -> str:
    return "".join(f"<!--{mark}-->" for mark in line[1].split()) + "\n"
