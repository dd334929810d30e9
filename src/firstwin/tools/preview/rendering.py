"""Makes a message as delivery makes it, and goes on where a value is missing: that is shown where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from firstwin.deliver.context import Background
from firstwin.deliver.desk import Desk
from firstwin.deliver.letter import rendered
from firstwin.deliver.routes import Route
from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail, Message
from firstwin.messages.shown import GAP
from firstwin.outbox.claim import Leased
from firstwin.outbox.way_out import NoWayOutError, missing, needs_way_out

MOST = 30  # missing values in one message
PLACEHOLDER = "https://unsubscribe.example.com/"
MARKED = re.compile("⟦[^⟧]*⟧")
OWNERS = ("account", "person", "contact", "start")


@dataclass(frozen=True)
class Made:
    message: Message | None
    missing: tuple[str, ...] = ()
    would_not: tuple[str, ...] = ()
    error: str = ""


def made(desk: Desk, leased: Leased, known: Background, route: Route) -> Made:
    """Nothing is sent. A value that is missing stands as ``⟦account.plan is missing⟧``."""
    link, no_way_out = _link(desk, leased, route)
    lacking: list[str] = []
    while True:
        try:
            message = rendered(desk, leased, known, route, link)
        except NoWayOutError as error:
            return Made(None, tuple(lacking), no_way_out, str(error))
        except RenderError as error:
            if not _can_be_shown(error.missing, lacking):
                return Made(None, tuple(lacking), no_way_out, str(error))
            lacking.append(error.missing)
            known = _with(known, error.missing, f"⟦{error.missing} is missing⟧")
            continue
        return Made(_plain_marks(route.marked(message)), tuple(lacking), (*no_way_out, *_refused(route, message)))


def _plain_marks(message: Message) -> Message:
    """In a mail the dot of a name is kept from becoming a link; of ours nothing would be made."""
    if not isinstance(message, Mail):
        return message
    return replace(
        message,
        subject=_plain(message.subject),
        preheader=_plain(message.preheader),
        html=_plain(message.html),
        text=_plain(message.text),
    )


def _plain(text: str) -> str:
    return MARKED.sub(lambda one: one[0].replace(GAP, ""), text)


def _link(desk: Desk, leased: Leased, route: Route) -> tuple[str, tuple[str, ...]]:
    """A link that leads to nobody's choice: its delivery is none."""
    if not needs_way_out(leased.channel, leased.message_class):
        return "", ()
    if not desk.way_out.is_open:
        return PLACEHOLDER, (missing(desk.way_out),)
    return desk.way_out.link(leased.id, leased.key, trial=route.to != (leased.address or "")), ()


def _refused(route: Route, message: Message) -> tuple[str, ...]:
    takes = type(message) in route.sender.takes
    return () if takes else (f"The sender {route.name} does not take such a message.",)


def _can_be_shown(name: str, lacking: list[str]) -> bool:
    owner, dot, rest = name.partition(".")
    return bool(dot and rest) and owner in OWNERS and name not in lacking and len(lacking) < MOST


def _with(known: Background, name: str, shown: str) -> Background:
    owner, _, rest = name.partition(".")
    match owner:
        case "account":
            return replace(known, account=_put(known.account, rest, shown))
        case "person":
            return replace(known, person=_put(known.person, rest, shown))
        case "contact":
            return replace(known, contact=_put(known.contact, rest, shown))
        case _:
            return replace(known, start=replace(known.start, props=_put(known.start.props, rest, shown)))


def _put(values: Mapping[str, Any], name: str, shown: str) -> Mapping[str, Any]:
    first, dot, rest = name.partition(".")
    inner = values.get(first)
    return {**values, first: _put(inner if isinstance(inner, Mapping) else {}, rest, shown) if dot else shown}
