"""Which rules a backtest runs: the one that is asked about, and all on whose milestones and nudges it builds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from firstwin.match import boundary
from firstwin.match.boundary import Boundaries
from firstwin.match.episodes import boundaries_of
from firstwin.match.seen import OWN_TO_A_RUN
from firstwin.match.word import word
from firstwin.rules.terms import BecomesStart, ChangedStart, DateStart, EventStart, Rule, conditions

RECORDED, NUDGED = OWN_TO_A_RUN


def start_boundaries(rule: Rule) -> Boundaries | None:
    """Where a start may come about or end; None for a kind of start of which this is not known."""
    match rule.when:
        case DateStart(yearly=True):
            return None
        case EventStart(names):
            return boundary.of_facts(names, boundary.NOW_ON)
        case DateStart(of) | ChangedStart(of):
            return boundary.of_property(of, (), rule.about)
        case BecomesStart(condition):
            return boundaries_of(condition, rule.about)
        case _:
            return None


def own_names(rule: Rule) -> frozenset[str]:
    """The names of the facts that a rule reads and a run makes by itself: milestones and nudges."""
    found = [start_boundaries(rule) or frozenset(), *(word(term).boundaries(rule.about) for term in conditions(rule))]
    return frozenset(b.name for boundaries in found for b in boundaries if b.name.startswith(OWN_TO_A_RUN))


def makes(rule: Rule) -> frozenset[str]:
    """The names of the facts that a run writes for a rule."""
    return frozenset({f"{NUDGED}{rule.id}", *(f"{RECORDED}{milestone}" for milestone in rule.milestones)})


def needed(rule: Rule, rules: Sequence[Rule], milestones: Collection[str] = ()) -> tuple[Rule, ...]:
    """The rule, those that record ``milestones``, and all that these build on, in the order in which they tick."""
    more = {rule.id, *(one.id for one in rules if not set(milestones).isdisjoint(one.milestones))}
    found = set(more)
    while more:
        read = {name for one in rules if one.id in more for name in own_names(one)}
        more = {one.id for one in rules if makes(one) & read} - found
        found |= more
    return tuple(one for one in rules if one.id in found)


def one_by_one(rules: Sequence[Rule]) -> bool:
    """Whether each rule builds only on those before it, so that it may go through the whole stretch before the next begins."""
    later: set[str] = set()
    for rule in reversed(rules):
        later |= makes(rule)
        if later & own_names(rule):
            return False
    return True


def read_by_others(rule: Rule, rules: Iterable[Rule]) -> bool:
    """Whether some rule asks about the nudges of this one."""
    return any(f"{NUDGED}{rule.id}" in own_names(other) for other in rules)
