"""What the files say, held against what has come in: names that nobody sent, comparisons that can't be true, values
that a message needs and some subjects lack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from firstwin.db.current import is_current
from firstwin.db.engine import read
from firstwin.messages.check import Need
from firstwin.rules.library import Library
from firstwin.rules.problems import Problem, listed, nearest
from firstwin.rules.references import events
from firstwin.rules.scope import Compared, Use
from firstwin.rules.terms import Comparison
from firstwin.rules.waits import awaited_by
from firstwin.tools.check import Checked
from firstwin.tools.database import is_there, opened
from firstwin.tools.held import Held, held_by_events, held_by_subjects
from firstwin.tools.status import event_names

OF_SUBJECTS: Final = {"account": "accounts", "person": "people"}
ORDERS: Final = ("at_least", "at_most", "more_than", "less_than")


def against_data(url: str, checked: Checked, before: Sequence[Problem] = ()) -> list[Problem]:
    """Every problem of the files, sharpened by what the database holds; as they are where nothing has come in yet.

    ``before`` are told until then.
    """
    with opened(url) as engine:
        if not is_there(engine) or not is_current(engine):
            return [*checked.problems, *before]
        with read(engine) as connection:
            seen = event_names(connection)
            if not seen:
                return [*checked.problems, *before]
            return sorted(set(_sharpened(connection, checked, seen)))


def _sharpened(connection: Connection, checked: Checked, seen: frozenset[str]) -> Iterator[Problem]:
    library = checked.library
    data = _data(connection, library.compared, checked.needs)
    needs = {need.problem: need for need in checked.needs}
    for problem in checked.problems:
        yield from _counted(needs[problem], data) if problem in needs else (problem,)
    yield from events(library.uses, seen, library.milestones)
    yield from _holding(library, seen)
    yield from _properties(library.uses, seen)
    for compared in library.compared:
        yield from _never_so(compared, data.held(compared.name, compared.events))


# ---- what there is --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    """By the events that hold a property (none: it is a subject's), and by its name."""

    found: Mapping[tuple[tuple[str, ...], str], Held]

    def held(self, name: str, of: tuple[str, ...] = ()) -> Held:
        return self.found.get((of, name), Held())


def _data(connection: Connection, compared: Iterable[Compared], needs: Iterable[Need]) -> _Data:
    asked: dict[tuple[str, ...], set[str]] = {}
    for one in compared:
        asked.setdefault(one.events, set()).add(one.name)
    asked.setdefault((), set()).update(need.name for need in needs)
    found: dict[tuple[tuple[str, ...], str], Held] = {}
    for scope in OF_SUBJECTS:
        names = sorted(name.removeprefix(f"{scope}.") for name in asked[()] if name.startswith(f"{scope}."))
        if names:
            held = held_by_subjects(connection, scope, names)
            found |= {((), f"{scope}.{name}"): one for name, one in held.items()}
    for of, its in asked.items():
        if of:
            found |= {(of, name): one for name, one in held_by_events(connection, of, sorted(its)).items()}
    return _Data(found)


# ---- what does not fit it -------------------------------------------------------------------------------------------


def _counted(need: Need, data: _Data) -> Iterator[Problem]:
    """A value that a message needs: nothing to tell where everybody has it."""
    held = data.held(need.name)
    if not held.total:
        yield need.problem
    elif held.missing:
        whom = OF_SUBJECTS[need.name.partition(".")[0]]
        message = f"“{need.name}” is missing for {_share(held, whom)}: this message is not sent to them."
        yield replace(need.problem, message=message)


def _share(held: Held, whom: str) -> str:
    percent = 100 * held.missing / held.total
    shown = "less than 1%" if percent < 1 else f"{percent:.0f}%"
    return f"{held.missing:,} of {held.total:,} {whom} ({shown})"


def _properties(uses: Iterable[Use], seen: frozenset[str]) -> Iterator[Problem]:
    """Properties that nobody ever had: one line each, at the first place that speaks of it."""
    places: dict[str, Use] = {}
    for use in uses:
        if use.kind == "property" and f"firstwin.{use.name}" not in seen:
            places.setdefault(use.name, use)
    there = [name.removeprefix("firstwin.") for name in seen if name.startswith("firstwin.")]
    for name, use in places.items():
        whom = "account" if name.startswith("account.") else "person"
        meant = nearest(name, [known for known in there if known.partition(".")[0] in OF_SUBJECTS])
        suggestion = f"Did you mean `{meant}`?" if meant else "Is it sent under another name, or not yet?"
        yield Problem(use.file, use.line, use.column, f"No {whom} has ever had `{name}`.", suggestion, "warning")


def _holding(library: Library, seen: frozenset[str]) -> Iterator[Problem]:
    """Rules that send nothing as long as what they wait for never came in."""
    recorders = {name: tuple(filter(None, map(library.rule, rules))) for name, rules in library.milestones.items()}
    for rule in library.rules:
        for one in awaited_by(rule, recorders):
            if seen.isdisjoint(one.names):
                which = " or ".join(f"`{name}`" for name in one.names)
                message = f"The rule holds its nudges until {which} comes in for the first time."
                suggestion = "If that is rare, and its silence means nothing, write `feed: sparse`."
                yield Problem(library.files[rule.id], 1, 1, message, suggestion, "warning")


def _never_so(compared: Compared, held: Held) -> Iterator[Problem]:
    """What this comparison leaves out, or can never find."""
    whose = listed(compared.events, "and") if compared.events else ""
    if whose and held.total and not held.having:
        message = f"The newest {held.total:,} {whose} have no `{compared.name}`."
        yield _warning(compared, message, "Is it sent under another name, or not yet?")
    if not held.having:
        return
    for comparison in compared.comparisons:
        message, suggestion = _doubt(compared, comparison, held)
        if message:
            yield _warning(compared, message, suggestion)


def _warning(compared: Compared, message: str, suggestion: str) -> Problem:
    return Problem(compared.file, compared.line, compared.column, message, suggestion, "warning")


def _doubt(compared: Compared, comparison: Comparison, held: Held) -> tuple[str, str]:
    name, values = compared.name, comparison.value if isinstance(comparison.value, tuple) else ()
    if comparison.op == "is_not" and (meant := _misspelt(values, held)):
        return f"`{name}` has never been {meant[0]}, so this leaves nobody out.", meant[1]
    if comparison.op == "is_not" and held.missing and not compared.events:
        whom = OF_SUBJECTS[name.partition(".")[0]]
        message = f"{_share(held, whom)} have no `{name}`, and `is_not` leaves them out."
        return message, f"If they are meant too, write `none: [{{{name}: {_written(values)}}}]`."
    if comparison.op in ORDERS and not held.numbers and held.texts:
        return f"`{name}` holds texts only, so it is never more or less than a number.", "Have it sent as a number."
    if comparison.op == "is" and values:
        return _not_among(name, values, held)
    return "", ""


def _misspelt(values: Sequence[object], held: Held) -> tuple[str, str] | None:
    """Texts that are nobody's while something like them is: a value that is still to come is like none."""
    texts = [value for value in values if isinstance(value, str) and value not in held.values]
    meant = next((found for text in texts if (found := nearest(text, held.values))), None)
    return (listed(texts), f"Did you mean `{meant}`?") if meant and len(texts) == len(values) else None


def _not_among(name: str, values: Sequence[object], held: Held) -> tuple[str, str]:
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(texts) == len(values) and held.numbers and not held.texts:
        plain = f"Write `{texts[0]}` without quotes." if texts[0].isdecimal() else "Write a number."
        return f"`{name}` holds numbers only, and `{texts[0]}` in quotes is a text: this is never true.", plain
    if len(numbers) == len(values) and held.texts and not held.numbers:
        message = f"`{name}` holds texts only, and {numbers[0]:g} is a number: this is never true."
        return message, f'Write "{numbers[0]:g}" in quotes.'
    if len(texts) == len(values) and held.values and not held.values & set(texts):
        meant = nearest(texts[0], held.values)
        there = f"It is {listed(sorted(held.values))}."
        return f"`{name}` has never been {listed(texts)}.", f"Did you mean `{meant}`?" if meant else there
    return "", ""


def _written(values: Sequence[object]) -> str:
    shown = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"
