"""A segment as an English sentence."""

from __future__ import annotations

from collections.abc import Sequence

from firstwin.rules.say_term import NO_LABELS, Labels, say_term
from firstwin.rules.terms import Named


def say_segment(segment: Named, used_by: Sequence[str] = (), labels: Labels = NO_LABELS) -> str:
    """The segment read aloud. ``used_by`` names the rules that ask for it."""
    said = f"In the segment “{segment.name}” is, at each moment that it is asked for, whoever meets this: {say_term(segment.part, labels)}"
    rules = ", ".join(f"“{rule}”" for rule in used_by)
    asked = f"asked for by {rules}" if rules else "no rule asks for it"
    return f"{said}; {asked}."
