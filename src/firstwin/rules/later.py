"""Words that are known by name and not available yet. To add one: write its class, and take it out of here."""

from __future__ import annotations

from collections.abc import Mapping

LATER_CONDITIONS: Mapping[str, str] = {
    "people_who_did": "Count what everybody did with `did:` for now.",
    "days_with": "Count how often it was done with `did:` for now.",
    "total": "For now an import can write the sum as a property.",
    "usage_of": "For now compare a count: `did: …, at_most: 3, in_last: 7 days`.",
    "people_using": "For now compare a count: `did: …, at_most: 3, in_last: 7 days`.",
    "fell": "For now compare the value itself: `account.health_score: {at_most: 50}`.",
    "rose": "For now compare the value itself: `account.health_score: {at_least: 50}`.",
    "done": "For now join conditions: `any: [{did: a, since: ever}, {did: b, since: ever}]`.",
    "open": "For now use `until: {did: ticket_resolved, same: ticket_id, since: start}` in a rule that starts per ticket.",
    "latest": "For now an import can write the newest value as a property.",
    "changed": "As a start it works: `when: {changed: account.plan, to: pro}`.",
    "nudged": "For now put the messages into one rule, as `steps:`.",
    "any_person": "For now write a rule with `about: person`.",
    "every_person": "For now write a rule with `about: person`.",
    "no_person": "For now write a rule with `about: person`.",
}
LATER_STARTS: Mapping[str, str] = {
    "every": "For now start with `becomes:` and say `again: {after: 7 days}`.",
    "nudged": "For now put the messages into one rule, as `steps:`.",
}
LATER_ACTIONS: Mapping[str, str] = {}
LATER_KEYS: Mapping[str, tuple[str, ...]] = {
    "RuleFile": ("when_over",),
    "StepFile": ("every", "at_most", "was"),
}


def not_yet(word: str, instead: str) -> tuple[str, str]:
    return f"`{word}` is not available yet.", instead
