"""What every message is handed: the names that templates may use, and which of them are always there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Value:
    """One value, text or a moment."""


@dataclass(frozen=True)
class Group:
    """Values by name. An ``is_open`` group holds whatever the data holds; ``always`` and ``inside`` are never missing."""

    always: frozenset[str] = frozenset()
    is_open: bool = False
    inside: Mapping[str, Known] = field(default_factory=dict)  # of those that are groups themselves


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
ITEM: Final = {
    **{name: CONTEXT[name] for name in ("account", "person", "start", "why", "since", "done", "missing")},
    "evidence": Each(Group(frozenset({"says", "holds", "name", "count", "last_at", "value"}))),
}
IN_DIGEST: Final[Mapping[str, Known]] = {
    "items": Each(Group(frozenset(ITEM), inside=ITEM)),
    "count": Value(),
    "more": Value(),
    "receiver": Value(),  # the CSM whose list it is; empty where it is everybody's
}
NOT_IN_DIGEST: Final = frozenset(
    {"account", "person", "contact", "why", "since", "done", "missing", "unsubscribe_link"}
)
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


def names_in_digest(words: Mapping[str, str]) -> Mapping[str, Known]:
    """The same for a digest, which is about nobody in particular."""
    common = {name: known for name, known in CONTEXT.items() if name not in NOT_IN_DIGEST}
    return {**common, **IN_DIGEST, "words": Group(frozenset(words))}
