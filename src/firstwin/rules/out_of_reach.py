"""A rank, which people look for among the conditions and which there cannot be: why not, and what to do instead."""

from __future__ import annotations

from typing import Final

RANKS: Final = frozenset(
    ["top", "most", "least", "best", "worst", "busiest", "biggest", "largest", "highest", "lowest"]
)
RANKED: Final = frozenset(["person", "people", "user", "users", "account", "accounts", "customer", "customers"])


def out_of_reach(head: str) -> tuple[str, str] | None:
    """What is told and suggested of a word like ``top_person``; None if it may be a slip or a name."""
    parts = head.lower().split("_")
    if RANKS.isdisjoint(parts) or RANKED.isdisjoint(parts):
        return None
    message = f"`{head}` would compare people or accounts with each other, and a condition asks each by itself."
    return message, "Let an import write who it is into a property, and ask for that: `person.is_top: true`."
