"""What is doubtful about the times that a rule speaks of: it would send once only, or never."""

from __future__ import annotations

from firstwin.rules.scope import Scope
from firstwin.rules.terms import DateStart, Rule


def doubtful_times(rule: Rule, scope: Scope) -> None:
    """Tells the scope."""
    _one_year_only(rule, scope)


def _one_year_only(rule: Rule, scope: Scope) -> None:
    if isinstance(rule.when, DateStart) and rule.when.yearly and rule.again.kind == "never":
        message = "The date comes round each year, and with `again: never` only its first return is told."
        scope.warn(message, "Write `again: every time`, or take `every: year` out.", "again")
