"""Which values a rule is sure of when it sends: those that its own words ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firstwin.rules.terms import (
    All,
    BecomesStart,
    ChangedStart,
    Comparison,
    DateStart,
    EventStart,
    Named,
    Property,
    Rule,
    Term,
)


def sure_of(rule: Rule) -> frozenset[str]:
    """Names like ``start.invoice_id`` and ``account.mrr``. Not of people: who gets a mail may be another than who is asked."""
    gates = [rule.only_if] if rule.only_if else []
    if isinstance(rule.when, BecomesStart) and rule.over is None:  # when it is over, it may hold no longer
        gates.append(rule.when.condition)
    asked = {name for gate in gates for name in _asked(gate)}
    return frozenset({*_brought(rule), *(name for name in asked if not name.startswith("person."))})


def _brought(rule: Rule) -> Iterator[str]:
    """What every start of the rule brings along."""
    match rule.when:
        case DateStart(of, yearly):
            yield from ("start.date", str(of), *(("start.years",) if yearly else ()))
        case ChangedStart(_, old, new):
            yield from (f"start.{name}" for name, values in (("from", old), ("to", new)) if values)
        case EventStart():
            yield from (f"start.{where.prop}" for where in rule.when.where if _compared(where.comparisons))
            yield from (f"start.{rule.when.per}",) if rule.when.per else ()
            yield from ("start.date", f"start.{rule.when.date}") if rule.when.date else ()
        case _:
            return


def _asked(term: Term) -> Iterator[str]:
    """A missing property makes every comparison false, but for the one that asks for it."""
    match term:
        case All(parts):
            yield from (name for part in parts for name in _asked(part))
        case Named(_, part):
            yield from _asked(part)
        case Property(of, comparisons):
            yield from (str(of),) if _compared(comparisons) else ()
        case _:
            return


def _compared(comparisons: Iterable[Comparison]) -> bool:
    return any((comparison.op, comparison.value) != ("exists", False) for comparison in comparisons)
