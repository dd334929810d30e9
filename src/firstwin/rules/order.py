"""The order of rules: one that records a milestone, or starts another, stands before those that wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from firstwin.rules.terms import Rule, nudged_by, read_milestones


@dataclass
class Order:
    rules: list[Rule] = field(default_factory=list)
    circles: list[tuple[str, ...]] = field(default_factory=list)  # rule ids, each reading from the next


def recorders_first(rules: Sequence[Rule], recorders: Mapping[str, Sequence[str]]) -> Order:
    """The rules in order, those of a circle left out, and the circles."""
    by_id = {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)}
    order, done = Order(), set[str]()

    def settle(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            order.circles.append(above[above.index(name) :])
        if name in above or name in done or name not in by_id:
            return
        for other in _reads_from(by_id[name], recorders):
            settle(other, (*above, name))
        done.add(name)
        order.rules.append(by_id[name])

    for name in by_id:
        settle(name, ())
    in_circles = {name for circle in order.circles for name in circle}
    order.rules = [rule for rule in order.rules if rule.id not in in_circles]
    return order


def _reads_from(rule: Rule, recorders: Mapping[str, Sequence[str]]) -> list[str]:
    read = {name for milestone in read_milestones(rule) for name in recorders.get(milestone, ())}
    return sorted(read | nudged_by(rule))
