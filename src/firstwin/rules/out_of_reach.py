"""Condition words that people look for and that there cannot be: each is told why, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

RANKS: Final = frozenset(
    ["top", "most", "least", "best", "worst", "busiest", "biggest", "largest", "highest", "lowest", "rank", "ranked"]
)
RANKED: Final = frozenset(["person", "people", "user", "users", "account", "accounts", "customer", "customers"])
OTHERS: Final = frozenset(["any", "every", "other", "same", "no"])


def _rank(word: str) -> tuple[str, str] | None:
    parts = word.lower().split("_")
    if RANKS.isdisjoint(parts) or RANKED.isdisjoint(parts):
        return None
    message = f"`{word}` would compare people or accounts with each other, and a condition asks each by itself."
    return (
        message,
        "Let the job that imports your data write it as a property, and ask for that: `person.is_top: true`.",
    )


def _other_accounts(word: str) -> tuple[str, str] | None:
    first, _, rest = word.lower().partition("_")
    if first not in OTHERS or rest not in ("account", "accounts"):
        return None
    message = f"`{word}` would look at other accounts, and a rule asks each account about itself."
    return message, "Let the job that imports your data write a property of this account, and ask for that."


_ALL: Final[tuple[Callable[[str], tuple[str, str] | None], ...]] = (_rank, _other_accounts)


def out_of_reach(word: str) -> tuple[str, str] | None:
    """Why there is no such word, and what to do; None if it may be a slip or a name."""
    return next((told for of in _ALL if (told := of(word))), None)
