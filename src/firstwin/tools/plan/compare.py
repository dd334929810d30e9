"""Two answers about the same stretch of time, the old version's and the new one's: who is nudged in one and not in the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from firstwin.rules.terms import Rule
from firstwin.tools.backtest.came import Sent


@dataclass(frozen=True, order=True)
class Example:
    """One nudge: ``step`` is empty in a rule without steps."""

    at: datetime
    subject: str
    step: str


@dataclass(frozen=True)
class Group:
    """Nudges, oldest first."""

    nudges: tuple[Example, ...] = ()

    @property
    def subjects(self) -> int:
        return len(self.who)

    @property
    def who(self) -> frozenset[str]:
        return frozenset(one.subject for one in self.nudges)


@dataclass(frozen=True)
class Difference:
    """``moved`` are nudged by both, at another time: these are the new times."""

    newly: Group
    no_longer: Group
    moved: Group


def reaching(rule: Rule, sent: Iterable[Sent]) -> list[Sent]:
    """Those that somebody notices: not in shadow, not held out. Of a rule that only records, every milestone."""
    return [one for one in sent if rule.only_records or (one.places and one.mode == "live")]


def compare(before: Sequence[Sent], after: Sequence[Sent], former_steps: Mapping[str, str]) -> Difference:
    """The nudges of a subject and step are paired by their start, and those that are left by their order.

    The start of a state is the slot at which it began, so that an edited state has other starts for the same subjects.
    """
    old = _by_step((one.subject, former_steps.get(one.step, one.step), one) for one in before)
    new = _by_step((one.subject, one.step, one) for one in after)
    newly: list[Sent] = []
    gone: list[Sent] = []
    moved: list[Sent] = []
    for key in old.keys() | new.keys():
        for was, now in _pairs(old[key], new[key]):
            if was is None and now is not None:
                newly.append(now)
            elif now is None and was is not None:
                gone.append(was)
            elif was is not None and now is not None and was.at != now.at:
                moved.append(now)
    return Difference(group(newly), group(gone), group(moved))


def group(sent: Iterable[Sent]) -> Group:
    return Group(tuple(sorted(Example(one.at, one.subject, one.step) for one in sent)))


def _by_step(sent: Iterable[tuple[str, str, Sent]]) -> dict[tuple[str, str], list[Sent]]:
    found: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for subject, step, one in sent:
        found[subject, step].append(one)
    return found


def _pairs(before: Sequence[Sent], after: Sequence[Sent]) -> list[tuple[Sent | None, Sent | None]]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    both: list[tuple[Sent | None, Sent | None]] = [(old[key], new[key]) for key in old.keys() & new.keys()]
    rest = zip_longest(_in_time(old, new), _in_time(new, old))
    return [*both, *rest]


def _in_time(some: Mapping[str, Sent], others: Mapping[str, Sent]) -> list[Sent]:
    return sorted((one for key, one in some.items() if key not in others), key=lambda one: one.at)
