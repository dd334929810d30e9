"""Why a message could not be made, in words for the person who wrote its template."""

from __future__ import annotations

from typing import Literal

Why = Literal[
    "unknown_template",
    "syntax",  # the template cannot be read
    "not_allowed",  # it asks for more than a template may
    "missing_value",
    "bad_link",
    "too_large",
    "not_plain",  # the data handed in is more than plain values
    "failed",  # it broke on the values of this message
]


class RenderError(Exception):
    """No message: ``template`` is the file as people know it, ``line`` counts from 1."""

    def __init__(self, reason: Why, template: str, line: int, message: str) -> None:
        super().__init__(f"{template}:{line}: {message}")
        self.reason = reason
        self.template = template
        self.line = line
        self.message = message
        self.sought = ""  # what stands at the mistake, to find its column by
        self.missing = ""  # the name of the value that is not there, where that is why


class Stopped(Exception):  # noqa: N818 - not an error of ours: a template that must not go on
    """Raised inside a template that must not go on; whoever renders it adds where that was."""

    def __init__(self, reason: Why, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
