"""What a template gets: plain data about one delivery, and nothing that could act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from firstwin.outbox.claim import Leased
from firstwin.rules.project import Project

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Started:
    """The start that a message goes back to. ``props`` is what its event carried, or the date or the change."""

    kind: Literal["account", "person"]
    subject: str
    at: datetime
    actor: str | None = None
    props: Properties = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """Why the message goes out, in one plain sentence, since when, and what the subject has done of what is asked."""

    why: str
    since: datetime
    done: tuple[Mapping[str, str], ...] = ()
    missing: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class OnList:
    """One subject of a digest."""

    start: Started
    told: Told
    account: Properties = field(default_factory=dict)
    person: Properties = field(default_factory=dict)
    evidence: tuple[Properties, ...] = ()


@dataclass(frozen=True)
class Listing:
    """Those who are told one by one, and of how many; ``receiver`` is the CSM whose list it is, if it is one's."""

    items: tuple[OnList, ...]
    count: int
    receiver: str = ""


@dataclass(frozen=True)
class Background:
    """What is known about one delivery. Properties hold an ``id``; empty ones are of somebody unknown.

    With a ``listing`` it is about many, and ``start`` is that of the first.
    """

    start: Started
    told: Told
    now: datetime
    account: Properties = field(default_factory=dict)
    person: Properties = field(default_factory=dict)
    contact: Properties = field(default_factory=dict)
    listing: Listing | None = None


def context(leased: Leased, known: Background, project: Project, *, unsubscribe_link: str = "") -> dict[str, object]:
    listed = _listed(known.listing, project) if known.listing else {}
    return {
        "subject": {"kind": known.start.kind, "id": known.start.subject},
        "account": _account(known.account, project),
        "person": dict(known.person) or ({"email": leased.address} if leased.address else {}),
        "contact": dict(known.contact),
        "start": {**known.start.props, "at": known.start.at},
        "why": known.told.why,
        "since": known.told.since,
        "done": [dict(each) for each in known.told.done],
        "missing": [dict(each) for each in known.told.missing],
        "project": {
            "name": project.name,
            "link": project.link,
            "postal_address": project.postal_address,
            "zone": project.zone,
        },
        "unsubscribe_link": unsubscribe_link,
        "rule": leased.rule,
        "step": leased.step,
        "now": known.now,
        **listed,
    }


def _listed(listing: Listing, project: Project) -> dict[str, object]:
    """What a digest gets besides; it is about nobody in particular, and since no moment."""
    return {
        "subject": {"kind": listing.items[0].start.kind, "id": ""},
        "start": {"at": listing.items[0].start.at},
        "since": None,
        "items": [_item(each, project) for each in listing.items],
        "count": listing.count,
        "more": listing.count - len(listing.items),
        "receiver": listing.receiver,
    }


def _item(each: OnList, project: Project) -> dict[str, object]:
    return {
        "account": _account(each.account, project),
        "person": dict(each.person),
        "start": {**each.start.props, "at": each.start.at},
        "why": each.told.why,
        "since": each.told.since,
        "done": [dict(one) for one in each.told.done],
        "missing": [dict(one) for one in each.told.missing],
        "evidence": [dict(one) for one in each.evidence],
    }


def _account(account: Properties, project: Project) -> dict[str, object]:
    if not account or project.account_link is None:
        return dict(account)
    return {**account, "link": project.account_link.replace("{account_id}", quote(str(account["id"]), safe=""))}
