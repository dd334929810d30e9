"""A property that was written without whose it is: ``{{ first_name }}`` for ``{{ person.first_name }}``."""

from __future__ import annotations

from collections.abc import Container

# What Segment's spec calls the traits of a user and of a group, and what is often sent beside them.
OF_A_PERSON = frozenset({
    "address", "age", "avatar", "birthday", "description", "email", "first_name", "gender", "last_name", "name",
    "phone", "role", "timezone", "title", "username",
})  # fmt: skip
OF_AN_ACCOUNT = frozenset({
    "address", "avatar", "description", "email", "employees", "industry", "mrr", "name", "owner", "phone", "plan",
    "seats", "timezone", "trial_ends_at", "website",
})  # fmt: skip
OWNERS = (("person", OF_A_PERSON), ("account", OF_AN_ACCOUNT))


def with_prefix(name: str, known: Container[str]) -> str:
    """What to write in place of the bare name of a property; empty where it is none. ``known`` are the template's names."""
    whole = [f"`{owner}.{name}`" for owner, names in OWNERS if name in names and owner in known]
    return f"Did you mean {' or '.join(whole)}?" if whole else ""
