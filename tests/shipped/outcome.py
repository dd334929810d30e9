"""What came of a timeline, each as one line: who was reached with what and when, or why nobody was."""

from __future__ import annotations

NO_START = "the rule never looked at it"
WAITING = "not due yet"


def mail(template: str, at: str, *, to: str = "cleo", step: str = "", kind: str = "marketing") -> str:
    """Arrived. Cleo is the account's contact. ``kind`` is the class that a customer may refuse."""
    return f"{at}: {kind} mail {template} to {to}{_of(step)}"


def alert(template: str, at: str, *, to: str = "cs-team") -> str:
    """Arrived. The team hears of accounts that have no CSM of their own."""
    return f"{at}: alert {template} to {to}"


def reached(milestone: str, at: str) -> str:
    return f"{at}: {milestone} is reached"


def silent(reason: str, at: str, *, step: str = "") -> str:
    """A message was due and did not go out: `gate_false: unless`, `goal_met`, …"""
    return f"{at}: silent because of {reason}{_of(step)}"


def noted(reason: str, at: str) -> str:
    """What happened then was no start, or was one no longer."""
    return f"{at}: noted because of {reason}"


def _of(step: str) -> str:
    return f" (step {step})" if step else ""
