"""`allow_private`: which private networks and hosts a sender may reach, as firstwin.yaml names them."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import SplitResult

from pydantic import BeforeValidator

from firstwin.senders.guard import PRIVATE, Reach, private_network

YES: Final = {"true", "yes", "on", "1"}
NO: Final = {"false", "no", "off", "0"}
HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
NAMED: Final = "name networks and hosts: [10.1.0.0/16, hooks.internal]"


def _named(given: object) -> tuple[str, ...] | bool:
    """From an environment variable it comes as a text, with commas."""
    if isinstance(given, bool):
        return given
    if isinstance(given, str):
        said = given.strip().lower()
        if said in YES or said in NO:
            return said in YES
        given = [part.strip() for part in given.split(",")]
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
        raise ValueError(f"is neither true nor false nor a list; {NAMED}")
    return tuple(_checked(one) for one in given)


def _checked(text: str) -> str:
    name = text.lower().removesuffix(".")
    if private_network(text) is None and (not HOST.fullmatch(name) or name.rpartition(".")[2].isdigit()):
        raise ValueError(f"names {text!r}, which is neither a network nor a host; {NAMED}")
    return name


AllowPrivate = Annotated[tuple[str, ...] | bool, BeforeValidator(_named)]


def reach_of(url: SplitResult, allowed: tuple[str, ...] | bool) -> Reach:
    """Where a sender to this address may connect. What goes in the open, by http, stays in private networks."""
    public = url.scheme == "https"
    if isinstance(allowed, bool):
        return Reach(PRIVATE if allowed else (), public)
    host = (url.hostname or "").removesuffix(".")
    networks = tuple(network for one in allowed if (network := private_network(one)))
    return Reach(PRIVATE if host in allowed else networks, public)
