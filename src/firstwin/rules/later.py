"""Words that are known by name and not available yet. To add one: write its class, and take it out of here."""

from __future__ import annotations

from collections.abc import Mapping

LATER_CONDITIONS: Mapping[str, str] = {}
LATER_ACTIONS: Mapping[str, str] = {
    "digest": "For now send one `alert:` for each account.",
    "choose": "For now write two rules, or two steps with an `only_if:` each.",
    "split": "For now write two rules, each with an `only_if:`.",
}
LATER_KEYS: Mapping[str, tuple[str, ...]] = {
    "RuleFile": ("hold_out", "feed"),
}


def not_yet(word: str, instead: str) -> tuple[str, str]:
    return f"`{word}` is not available yet.", instead
