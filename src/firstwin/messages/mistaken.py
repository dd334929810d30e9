"""What Jinja2 says of a template that it cannot read, in the words of somebody who writes mails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from firstwin.rules.problems import did_you_mean

LONGEST: Final = 60  # characters of a template that are shown
STATEMENTS: Final = ("if", "elif", "else", "endif", "for", "endfor", "set", "block", "endblock")
MEANT: Final = {
    "elseif": "elif",
    "elsif": "elif",
    "else_if": "elif",
    "fi": "endif",
    "foreach": "for",
    "each": "for",
    "unless": "if not",
}
OWNERS: Final = ("account", "person", "start", "project", "words", "rule", "subject")
OPENING: Final = {")": "(", "]": "[", "}": "{"}
ONE_VALUE: Final = 'Write one value, and behind `|` how it is to read: `{{ account.name | default("there") }}`.'
INSTEAD: Final = {
    "filter": "Those that there are stand in docs/templates.md.",
    "test": 'Write `{% if account.plan %}`, or compare: `{% if account.plan == "pro" %}`.',
}
SIGNS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys("“”„«»\u2018\u2019`", ("A typographic quote is no quote here.", 'Write a straight one: `"`.')),
    **dict.fromkeys("'\"", ("A quote is opened and never closed.", "Write the same sign at the end of its text, too.")),
    "&": ("`&` is no word here.", "Write `and`."),
    "!": ("`!` is no word here.", "Write `not`, or `!=` for “is another than”."),
    "?": ("`?` is no word here.", 'Write `{{ "yes" if account.plan else "no" }}`.'),
    **dict.fromkeys("$@", ("A name stands without a sign before it.", "Write it alone: `{{ account.plan }}`.")),
    **dict.fromkeys("#/", ("A condition stands in other braces.", "Write `{% if account.plan %}` … `{% endif %}`.")),
}  # fmt: skip


class Code(NamedTuple):
    """What stands between braces. ``is_statement``: between ``{%`` and ``%}``."""

    text: str
    is_statement: bool = False

    @property
    def plain(self) -> str:
        return " ".join(self.text.split())

    def __str__(self) -> str:
        shown = self.plain if len(self.plain) <= LONGEST else f"{self.plain[:LONGEST]}…"
        return f"`{{% {shown} %}}`" if self.is_statement else f"`{{{{ {shown} }}}}`"


def in_words(message: str, code: Code, filters: Iterable[str] = ()) -> str:
    """What is wrong, and what to write instead."""
    if "named '" in message:
        kind, name = message.split()[1], message.split("'")[1]
        return f"There is no {kind} “{name}”. {did_you_mean(name, filters) or INSTEAD[kind]}"
    for pattern, tell in TOLD:
        found = re.match(pattern, message)
        if found:
            return " ".join(tell(found, code))
    return f"{code} cannot be read. {ONE_VALUE}"


Told = tuple[str, str]


def _char(found: re.Match[str], _code: Code) -> Told:
    sign = found[1]
    return SIGNS.get(sign, (f"“{sign}” means nothing between braces.", "Text of your own stands outside of them."))


def _brace(_found: re.Match[str], code: Code) -> Told:
    if code.plain.startswith("{"):
        return "Three braces are one too many.", f"Write {code._replace(text=code.plain.strip('{ '))}."
    if code.is_statement:
        return "`{%` is closed by `%}`, without a space between the two.", f"Write {code}."
    return "`{{` is closed by two braces, and here is one.", f"Write {code}."


def _side_by_side(_found: re.Match[str], code: Code) -> Told:
    first, _, rest = code.plain.partition(" ")
    if first in STATEMENTS:
        return "Between `{{` and `}}` stands a value, and no condition.", f"Write {code._replace(is_statement=True)}."
    if first in OWNERS and re.fullmatch(r"[a-z_]\w*", rest):
        return f"{code} is two words.", f"Did you mean `{{{{ {first}.{rest} }}}}`?"
    return f"{code} holds more than one value.", ONE_VALUE


def _goes_on(found: re.Match[str], code: Code) -> Told:
    if found[1] == "=" and not code.plain.startswith("set "):
        compared = re.sub(r"(?<![=!<>])=(?!=)", "==", code.plain)
        return "One `=` does not compare.", f"Write two: {Code(compared, is_statement=True)}."
    return f"{code} goes on where it should end.", "Join two conditions with `and` or `or`; a text stands in quotes."


def _nothing(_found: re.Match[str], code: Code) -> Told:
    if code.is_statement:
        return f"{code} does not say what.", "Write `{% if account.plan %}`, for example."
    return "There is nothing between the braces.", "Write the name of a value: `{{ account.plan }}`."


def _at_the_end(_found: re.Match[str], code: Code) -> Told:
    last = code.plain.rpartition(" ")[2]
    return f"{code} ends too early.", f"Write what belongs behind `{last}`, or take it out."


def _bracket(found: re.Match[str], code: Code) -> Told:
    return (
        f"A bracket is opened and never closed: {code}.",
        f"Write `{found[1]}` where what begins with `{OPENING[found[1]]}` ends.",
    )


def _open_block(found: re.Match[str], _code: Code) -> Told:
    if found[1] == "set":
        return "This `{% set %}` gives no value.", 'Write one behind `=`: `{% set offer = "a month on us" %}`.'
    return f"`{{% {found[1]} … %}}` is opened and never closed.", f"Write `{{% end{found[1]} %}}` where it ends."


def _crossed(found: re.Match[str], _code: Code) -> Told:
    tag, inside = found[1], found[2]
    if tag in STATEMENTS:
        return f"`{{% {tag} %}}` comes while `{{% {inside} … %}}` is open.", f"Write `{{% end{inside} %}}` before it."
    return _unknown_tag(tag, f"end{inside}" if tag == "end" else "")


def _lone_tag(found: re.Match[str], _code: Code) -> Told:
    if found[1] in STATEMENTS:
        return (
            f"`{{% {found[1]} %}}` belongs to nothing before it.",
            "Take it out, or write where it begins: `{% if … %}`.",
        )
    return _unknown_tag(found[1], "")


def _unknown_tag(tag: str, meant: str) -> Told:
    meant = meant or MEANT.get(tag, "")
    better = f"Write `{{% {meant} %}}`." if meant else did_you_mean(tag, STATEMENTS)
    return f"There is no `{{% {tag} %}}`.", better or "There are `if`, `for`, `set` and `block`, each with its end."


def _as_is(message: str, suggestion: str) -> Callable[[re.Match[str], Code], Told]:
    return lambda _found, _code: (message, suggestion)


TOLD: Final[tuple[tuple[str, Callable[[re.Match[str], Code], Told]], ...]] = (
    (r"unexpected char (?:'|\")(.)", _char),
    (r"unexpected '}', expected '(.)'", _bracket),
    (r"unexpected '}'|expected token '.', got '}'", _brace),
    (r"Expected an expression", _nothing),
    (r"unexpected 'end of", _at_the_end),
    (r"tag name expected", _as_is("There is nothing between `{%` and `%}`.", "Write `{% if account.plan %}`, for example.")),
    (r"expected name or number", _as_is("A name is missing behind a dot.", "Write `{{ account.plan }}`, for example.")),
    (r"expected token 'name', got 'end", _as_is("Behind `|` a word is missing.", "Write how it is to read, like `| date`, or take the bar out.")),
    (r"expected token 'end of print statement', got", _side_by_side),
    (r"expected token 'end of statement block', got '(.*)'", _goes_on),
    (r"expected token 'in'", _as_is("This `{% for %}` does not say in what.", "Write `{% for step in missing %}`.")),
    (r"Missing end of comment", _as_is("A remark is opened and never closed.", "Write `#}` where it ends.")),
    (r"Unexpected end of template.*needs to be closed is '(\w+)'", _open_block),
    (r"Encountered unknown tag '(\w+)'.*needs to be closed is '(\w+)'", _crossed),
    (r"Encountered unknown tag '(\w+)'", _lone_tag),
)  # fmt: skip


def code_in(line: str, message: str) -> Code:
    """What stands between the braces in which that line could not be read on, by the sign that the message names."""
    parts = list(re.finditer(r"(\{\{|\{%)(.*?)(?=%\}|%? ?\}|\{\{|\{%|$)", line))
    sign, bracket = re.match(r"unexpected char ['\"](.)", message), re.match(r"unexpected '.', expected '(.)'", message)
    about = [part for part in parts if sign and sign[1] in part[2]]
    about += [part for part in parts if bracket and part[2].count(OPENING[bracket[1]]) > part[2].count(bracket[1])]
    about = about or [part for part in parts if _is_ill_closed(line, part)] or parts
    return Code(about[-1][2], is_statement=about[-1][1] == "{%") if about else Code(line)


def _is_ill_closed(line: str, part: re.Match[str]) -> bool:
    return not line.startswith("}}" if part[1] == "{{" else "%}", part.end())


def opened_and_never_closed(source: str) -> int:
    """The line in which the innermost statement begins that has no end; the last line where all have theirs."""
    opened: list[tuple[str, int]] = []
    for found in re.finditer(r"\{%[-+]?\s*(?:(if|for|block|set)\b(?![^%]*=)|end(\w+))", source):
        if found[1]:
            opened.append((found[1], source.count("\n", 0, found.start(1)) + 1))
        elif opened and opened[-1][0] == found[2]:
            opened.pop()
    return opened[-1][1] if opened else source.count("\n") + 1
