"""A message as it is meant, before a sender gives it the form of its wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mail:
    """A mail to one customer. ``key`` identifies it on every attempt; ``headers`` are further ones, already safe."""

    key: str
    to: str
    subject: str
    html: str
    text: str
    preheader: str = ""
    sender: str = ""  # "Name <address>"; empty: the sender's own
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AlertCard:
    """An alert for a person in the company: which account, why, since when, what to do next. Plain text throughout."""

    key: str
    title: str
    body: str
    why: str
    since: str
    next_step: str
    fields: tuple[tuple[str, str], ...] = ()
    link: str = ""
    link_label: str = ""
    possible_repeat: bool = False


@dataclass(frozen=True)
class Payload:
    """A message to a program: JSON data with a type, as Standard Webhooks advises."""

    key: str
    type: str
    data: Mapping[str, Any]


Message = Mail | AlertCard | Payload
