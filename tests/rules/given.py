"""A rule to be spoilt, and what the files beside it say."""

from __future__ import annotations

from firstwin.rules.library import Library, load_library
from firstwin.rules.terms import Rule, Term

ACTIVATED = """\
about: account
when: {becomes: {did: data_connected, since: ever}}
then: {record: activated}
again: never
"""
SEGMENTS = """\
at-risk: {account.health: {at_most: 50}}
admins: {person.role: admin}
"""
LINES = {
    "about": "account",
    "when": "signed_up",
    "after": "24 hours",
    "unless": "logged_in",
    "then": "{email: first-login, to: contact}",
    "again": "never",
}


def rule_with(**lines: str | None) -> str:
    """The rule, one key a line, with other values for some; None takes a line away."""
    written = {**LINES, **lines}
    return "".join(f"{key.rstrip('_')}: {value}\n" for key, value in written.items() if value is not None)


def with_gate(line: str) -> str:
    """The rule with another line in place of its fourth, ``unless: logged_in``."""
    return rule_with().replace("unless: logged_in", line)


def loaded(text: str, **others: str) -> Library:
    """The library of rules/x.yaml and other files by name, with a milestone and two segments where it speaks of them."""
    beside = {"activated": ACTIVATED, "segments": SEGMENTS}
    files = {"x": text, **{name: file for name, file in beside.items() if name[:7] in text}, **others}
    return load_library({f"rules/{name}.yaml": content.encode() for name, content in files.items()})


def the_rule(text: str, **others: str) -> Rule:
    """The rule that a text without a mistake comes down to."""
    library = loaded(text, **others)
    assert told(library) == []
    rule = library.rule("x")
    assert rule is not None
    return rule


def told(library: Library, file: str = "rules/x.yaml") -> list[str]:
    """The problems of one file, without its name."""
    return [str(problem).removeprefix(f"{file}:") for problem in library.problems if problem.file == file]


def condition(written: str, **lines: str | None) -> Term:
    """What a condition comes down to, under ``only_if``."""
    rule = the_rule(rule_with(**{"unless": None, "only_if": written, **lines}))
    assert rule.only_if is not None
    return rule.only_if
