"""The text of a version as it is kept: the rule's file, and below it, as comments, the segments that it read."""

from __future__ import annotations

from typing import Final

MARK: Final = "# rules/segments.yaml, as this rule read it:"


def with_segments(rule: str, segments: str) -> str:
    """One text from which the rule can be read again, whatever becomes of the segments."""
    quoted = "\n".join(f"# {line}".rstrip() for line in segments.rstrip("\n").split("\n"))
    return f"{rule.rstrip()}\n\n{MARK}\n{quoted}\n"


def taken_apart(text: str) -> tuple[str, str | None]:
    """The rule's file and its segments, None where it read none."""
    rule, mark, quoted = text.partition(f"\n{MARK}\n")
    if not mark:
        return text, None
    return rule, "\n".join(line.removeprefix("#").removeprefix(" ") for line in quoted.split("\n"))
