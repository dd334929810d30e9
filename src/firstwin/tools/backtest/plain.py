"""Which rules may go through a long stretch in one go. What is not known here goes slot by slot, and is right as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, Final

from firstwin.match.plan import Asked
from firstwin.match.starts.events import EveryEvent
from firstwin.match.starts.kinds import kind_of
from firstwin.match.starts.states import StateBegan
from firstwin.rules.terms import Alert, Email, Record, Rule, Step, Webhook
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.needed import read_by_others

STARTS: Final = {EveryEvent, StateBegan}
ACTIONS: Final = {Email, Alert, Record, Webhook}
KNOWN: Final[Mapping[type, frozenset[str]]] = {
    Rule: frozenset(
        {"id", "about", "when", "steps", "again", "until", "unless", "only_if", "backfill", "expires_after",
         "message_class", "priority", "mode", "was", "version", "source"}
    ),
    Step: frozenset({"name", "wait", "actions", "unless", "only_if"}),
    Environment: frozenset(
        {"rules", "zone", "grace", "every", "expires_after", "mail_sender", "csm_fallback", "csm_by_name", "addresses",
         "csm_zones", "told", "_asked"}
    ),
}  # fmt: skip


def may_go_together(asked: Asked, env: Environment, rules: Sequence[Rule]) -> bool:
    """Whether deciding about one subject never depends on what was decided about another, and all of it is known here."""
    rule = asked.rule
    actions = {type(action) for step in rule.steps for action in step.actions}
    return (
        type(kind_of(asked)) in STARTS
        and actions <= ACTIONS
        and not read_by_others(rule, rules)
        and all(map(_is_known, (rule, env, *rule.steps)))
    )


def _is_known(one: Any) -> bool:  # noqa: ANN401 - any of those above
    """Whether whatever was added since is not made use of."""
    new = [field for field in fields(one) if field.name not in KNOWN[type(one)]]
    return all(getattr(one, field.name) == _default(field) for field in new)


def _default(field: Any) -> object:  # noqa: ANN401 - dataclasses' own
    return field.default_factory() if field.default_factory is not MISSING else field.default
