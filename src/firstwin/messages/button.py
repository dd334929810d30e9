"""``{{ button("Connect your data", project.link) }}``: a button that every mail program shows, Outlook too."""

from __future__ import annotations

import re

from jinja2 import TemplateSyntaxError, nodes

from firstwin.messages.marks import MARK, Expression, Link, Marks, Statement
from firstwin.messages.mistaken import Code, in_words

CALL = re.compile(r"\s*button\s*\(")
OWN_LINE = re.compile(rf"^[ \t]*({MARK.pattern})[ \t]*$", re.MULTILINE)
USAGE = 'A button has a label and a link: {{ button("Open your account", project.link) }}.'


def on_own_lines(marks: Marks, marked: str) -> str:
    """Markdown with its buttons as HTML blocks; RenderError for one that has no line to itself."""
    marked = OWN_LINE.sub(lambda line: _button(marks, line, "\n\n{}\n{}\n\n{}\n\n"), marked)
    for part in marks.parts(marked):
        if _is_button(part):
            message = "A button stands on a line of its own."
            raise part.place.error("syntax", message)
    return marked


def in_html(marks: Marks, marked: str) -> str:
    return MARK.sub(lambda mark: _button(marks, mark, "{}{}{}"), marked)


def _is_button(part: object) -> bool:
    return isinstance(part, Expression) and CALL.match(part.code) is not None


def _button(marks: Marks, found: re.Match[str], form: str) -> str:
    """The button, and nothing at all where its link is missing or empty."""
    mark = MARK.search(found[0])
    part = marks.at(mark) if mark else None
    if not isinstance(part, Expression) or not _is_button(part):
        return found[0]
    both = _arguments(marks, part)
    begin, end = marks.put(Statement(f"if [{both}][1]", part.place)), marks.put(Statement("endif", part.place))
    label = marks.put(Expression(f"[{both}][0]", part.place))
    link = marks.put(Link("", (Expression(f"[{both}][1]", part.place),), part.place))
    return form.format(begin, _table(link, label), end)


def _table(link: str, label: str) -> str:
    return (
        '<table role="presentation" class="button" border="0" cellpadding="0" cellspacing="0"><tr>'
        f'<td class="button-cell"><a class="button-link" href="{link}">{label}</a></td></tr></table>'
    )


def _arguments(marks: Marks, part: Expression) -> str:
    """What stands between the parentheses, once it is sure that it is a label and a link."""
    try:
        (output,) = marks.environment.parse("{{" + part.code + "}}").body
    except TemplateSyntaxError as error:
        raise part.place.error("syntax", in_words(error.message or "", Code(part.code))) from None
    call = output.nodes[0] if isinstance(output, nodes.Output) else None
    if not isinstance(call, nodes.Call) or len(call.args) != 2 or call.kwargs or call.dyn_args or call.dyn_kwargs:  # noqa: PLR2004
        raise part.place.error("syntax", USAGE)
    return part.code[part.code.index("(") + 1 : part.code.rindex(")")]
