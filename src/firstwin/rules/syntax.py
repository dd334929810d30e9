"""What a YAML parser complains about, in words that tell what to do."""

from __future__ import annotations

import re
from collections.abc import Callable

from ruamel.yaml.error import MarkedYAMLError

from firstwin.rules.problems import Problem
from firstwin.rules.source import Source

NOT_YAML = "The file cannot be read."
Told = tuple[int, int, str, str]  # line and column from 1, what is wrong, what to do


def explain_syntax(source: Source, error: MarkedYAMLError) -> Problem:
    """The parser's error as a problem, at the place where the author has to look."""
    complaint = f"{error.context or ''}: {error.problem or ''}"
    for pattern, explain in COMPLAINTS:
        if re.search(pattern, complaint):
            return source.problem(*explain(source, error))
    line, column = _at(error)
    return source.problem(
        line, column, "This line cannot be read.", "Check its colons, quotes, brackets and indentation."
    )


def _at(error: MarkedYAMLError) -> tuple[int, int]:
    mark = error.problem_mark or error.context_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _opened_at(error: MarkedYAMLError) -> tuple[int, int]:
    mark = error.context_mark or error.problem_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _sign(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    sign = source.line(line)[column - 1 : column]
    if sign == "\t":
        return line, column, "There is a tab in this line.", "Use a space instead."
    rest = re.split(r"[,\]}]| #", source.line(line)[column - 1 :])[0].strip()
    return line, column, f"A text cannot begin with `{sign}`.", f'Put it in quotes: "{rest}".'


def _second_colon(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    before = source.line(line)[: column - 1]
    if ": " in before:
        message = "There is a second colon in this line."
        return (
            line,
            column,
            message,
            "Put a text that holds a colon in quotes; else begin a new line for the second key.",
        )
    above = _line_above(source, line)
    text = source.line(above)
    unspaced = re.match(r"(\s*(?:- )?)([\w.-]+):(\S.*)", text)
    if unspaced:
        start = len(unspaced[1]) + 1
        return above, start, "After a colon comes a space.", f"Write `{unspaced[2]}: {unspaced[3].strip()}`."
    if ":" not in text:
        return (
            above,
            _begin(text),
            "A colon is missing in this line.",
            _with_colon(text),
        )
    message = "This line is indented further than the one above, which has a value already."
    return line, _begin(source.line(line)), message, "Begin it in the same column as the line above."


def _line_above(source: Source, line: int) -> int:
    number = line - 1
    while number > 1 and not re.match(r"\s*[^#\s]", source.line(number)):
        number -= 1
    return max(number, 1)


def _begin(text: str) -> int:
    return len(text) - len(text.lstrip()) + 1


def _no_colon(source: Source, error: MarkedYAMLError) -> Told:
    line, _ = _opened_at(error)
    text = source.line(line)
    unspaced = re.match(r"(\s*(?:- )?)([\w.-]+):(\S.*)", text)
    if unspaced:
        return line, _begin(text), "After a colon comes a space.", f"Write `{unspaced[2]}: {unspaced[3].strip()}`."
    return (
        line,
        _begin(text),
        "A colon is missing in this line.",
        _with_colon(text),
    )


def _with_colon(text: str) -> str:
    key, _, value = text.strip().partition(" ")
    return (
        f"Write `{key}: {value.strip()}`."
        if value
        else "Write a word, a colon, a space and the value: `when: signed_up`."
    )


def _open_quote(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _opened_at(error)
    quote = source.line(line)[column - 1 : column]
    return line, column, "The quote that begins here is never closed.", f"Add a `{quote}` where the text ends."


def _open_bracket(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _opened_at(error)
    bracket = source.line(line)[column - 1 : column]
    closing = {"[": "]", "{": "}"}.get(bracket, "}")
    rest = source.line(line)[column - 1 :]
    hidden = re.search(r"\s(#\S*)", rest)
    if hidden:
        message = f"The bracket `{bracket}` is never closed, because everything after ` #` is a remark."
        return line, column + hidden.start(1), message, f"Leave the `#` away: `{_without_signs(hidden[1])}`."
    if "${" in rest:
        return line, column + rest.index("${"), "`${…}` inside brackets needs quotes.", 'Write "${NAME}".'
    at_line, at_column = _at(error)
    if at_line == line and at_column <= len(source.line(line)):
        return (
            at_line,
            at_column,
            f"Something is missing before this place, inside `{bracket} … {closing}`.",
            "Put a comma between two entries, and a text that holds signs in quotes.",
        )
    return (
        line,
        column,
        f"The bracket `{bracket}` that opens here is never closed.",
        f"Add a `{closing}` where it ends.",
    )


def _without_signs(text: str) -> str:
    return text.lstrip("#").rstrip("}],")


def _extra(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    sign = source.line(line)[column - 1 : column]
    if not sign:
        return _swallowed(source, line)
    return line, column, f"There is a `{sign}` too many here.", "Take it out, or put the whole text in quotes."


def _swallowed(source: Source, line: int) -> Told:
    """The file ends inside a bracket: most likely its closing one stands in a remark."""
    for number in range(line, 0, -1):
        hidden = re.search(r"[\[{].*\s(#\S*)", source.line(number))
        if hidden:
            message = "Everything after ` #` is a remark, the closing bracket too."
            return number, hidden.start(1) + 1, message, f"Leave the `#` away: `{_without_signs(hidden[1])}`."
    return line, 1, "The file ends in the middle of something.", "Close the bracket or quote that is still open."


def _after_quote(_source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    return (
        line,
        column,
        "There is more text after the closing quote.",
        "Put the whole text in one pair of quotes, or use none.",
    )


def _misaligned(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    if source.line(line)[column - 1 : column] in ("}", "]"):
        return _extra(source, error)
    if source.line(line)[column - 1 :].startswith("-"):
        return (
            line,
            column,
            "A list item (`- …`) stands where a key is expected.",
            "Begin it in the same column as the list's other items, or take the `-` away.",
        )
    return (
        line,
        column,
        "This line begins in a column that fits no line above it.",
        "Begin it exactly below the line that it belongs with.",
    )


def _list_in_line(_source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    return (
        line,
        column,
        "A list cannot begin in the same line as its key.",
        "Write `[a, b]`, or put each `- …` in a line of its own below the key.",
    )


def _folded(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _opened_at(error)
    rest = source.line(line)[column - 1 :].strip()
    words = {">=": "at_least", ">": "more_than"}
    sign = ">=" if rest.startswith(">=") else rest[:1]
    if sign in words:
        number = rest.removeprefix(sign).strip() or "1000"
        return (
            line,
            column,
            f"Comparisons are written in words, not with `{sign}`.",
            f"Write `{{{words[sign]}: {number}}}`.",
        )
    return line, column, f"A text cannot begin with `{sign}`.", f'Put it in quotes: "{rest}".'


def _anchor(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _opened_at(error)
    rest = source.line(line)[column - 1 :].strip()
    return line, column, f"A text cannot begin with `{rest[:1]}`.", f'Put it in quotes: "{rest}".'


def _escape(_source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    return (
        line,
        column - 1,
        "Inside double quotes a backslash has a special meaning.",
        "Use single quotes (') around this text.",
    )


def _directive(_source: Source, error: MarkedYAMLError) -> Told:
    line, column = _opened_at(error)
    return line, column, "A line that begins with `%` is an instruction to the YAML reader.", "Leave it out."


def _second_document(source: Source, error: MarkedYAMLError) -> Told:
    line, column = _at(error)
    if source.line(line)[column - 1 : column] in ("}", "]"):
        return _extra(source, error)
    return line, column, "The file goes on after its end.", "Check the brackets and quotes above this place."


COMPLAINTS: tuple[tuple[str, Callable[[Source, MarkedYAMLError], Told]], ...] = (
    (r"scanning a block scalar", _folded),
    (r"scanning an (anchor|alias)|scanning a tag|parsing a tag|undefined tag", _anchor),
    (r"directive|incompatible YAML|duplicate tag handle", _directive),
    (r"cannot start any token", _sign),
    (r"escape|hexadecimal", _escape),
    (r"scanning a quoted scalar", _open_quote),
    (r"mapping values are not allowed", _second_colon),
    (r"could not find expected ':'", _no_colon),
    (r"flow (sequence|mapping)", _open_bracket),
    (r"found '<scalar>'", _after_quote),
    (r"(sequence entries|mapping keys) are not allowed", _list_in_line),
    (r"expected the node content", _extra),
    (r"parsing a block", _misaligned),
    (r"document start", _second_document),
)  # fmt: skip
