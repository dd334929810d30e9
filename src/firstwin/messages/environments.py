"""The kinds of text that a message is made of, each with its own rule for what a value may do in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from firstwin.messages.links import joined, quoted, whole
from firstwin.messages.sandbox import Sandbox
from firstwin.messages.shown import Shown, as_it_is, cleaned, in_alert, in_mail
from firstwin.messages.words import Words


class Project(Protocol):
    """What templates need to know of a project: its time zone, and how it words its events."""

    @property
    def zone(self) -> str: ...

    @property
    def labels(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Environments:
    html: Sandbox  # of a mail
    text: Sandbox  # of a mail
    subject: Sandbox
    page: Sandbox
    alert: Sandbox
    data: Sandbox  # for programs


def environments(project: Project) -> Environments:
    """Made once for all templates of a project. Customers read dates in their own zone, the company in its."""
    personal = Words(project.zone, project.labels, personal=True)
    own = Words(project.zone, project.labels, personal=False)
    return Environments(
        html=_sandbox(personal, in_mail, html=True),
        text=_sandbox(personal, in_mail),
        subject=_sandbox(personal, cleaned),
        page=_sandbox(own, cleaned, html=True),
        alert=_sandbox(own, in_alert),
        data=_sandbox(own, as_it_is),
    )


def _sandbox(words: Words, tame: Callable[[str], str], *, html: bool = False) -> Sandbox:
    filters: dict[str, Callable[..., Any]] = {**words.filters(), "_link": joined, "_quoted": quoted, "_whole": whole}
    return Sandbox(html=html, shown=Shown(words, tame).text, raw=Shown(words, as_it_is).text, filters=filters)
