"""What every message is handed: the names that templates may use, and which of them are always there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Value:
    """One value, text or a moment."""


@dataclass(frozen=True)
class Group:
    """Values by name. An ``is_open`` group holds whatever the data holds; ``always`` are never missing."""

    always: frozenset[str] = frozenset()
    is_open: bool = False


@dataclass(frozen=True)
class Each:
    """A list of groups, all alike."""

    group: Group


Known = Value | Group | Each

EVENT: Final = Group(frozenset({"name", "label"}))
CONTEXT: Final[Mapping[str, Known]] = {
    "subject": Group(frozenset({"kind", "id"})),
    "account": Group(frozenset({"id"}), is_open=True),
    "person": Group(is_open=True),  # who gets the mail, or whom it is about
    "contact": Group(is_open=True),  # the account's main contact
    "start": Group(frozenset({"at"}), is_open=True),  # what the start's event carried
    "why": Value(),  # one sentence
    "since": Value(),
    "done": Each(EVENT),
    "missing": Each(EVENT),
    "project": Group(frozenset({"name", "postal_address"}), is_open=True),
    "unsubscribe_link": Value(),  # empty where there is none
    "rule": Value(),
    "step": Value(),
    "now": Value(),
}
IN_MAIL: Final[Mapping[str, Known]] = {"mail": Group(frozenset({"subject", "preheader"}))}  # for layouts
IN_PAGE: Final[Mapping[str, Known]] = {
    "project": CONTEXT["project"],
    "page": Group(frozenset({"title", "language", "direction"})),  # for layouts
    "kind": Value(),  # what the mails of this class are called, in firstwin.yaml
    "chosen": Value(),  # class, all, less or back; empty before
    "stopped": Group(frozenset({"class", "all", "less"})),  # what holds for this person now
    "trial": Value(),  # the mail went to a tester: nothing is changed
}


def names_in_page(words: Mapping[str, str]) -> Mapping[str, Known]:
    """Everything that a page with these words of its own may use."""
    return {**IN_PAGE, "words": Group(frozenset(words))}


def names_of(words: Mapping[str, str]) -> Mapping[str, Known]:
    """Everything that a template with these words of its own may use."""
    return {**CONTEXT, **IN_MAIL, "words": Group(frozenset(words))}
