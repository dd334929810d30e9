"""Lost, twice, extra and parked: counted from what the sink wrote down and from the rows of the database."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tests.chaos.records import Request

DECLARED = frozenset(
    {"dead", "suppressed", "cancelled", "expired", "unknown"}
)  # ends that say themselves what happened


@dataclass(frozen=True)
class Row:
    """One delivery. ``what`` is (subject, rule, start, step, destination)."""

    id: int
    key: str
    what: tuple[str, str, int, str, str]
    state: str
    reason: str | None

    @property
    def subject(self) -> str:
        return self.what[0]


@dataclass(frozen=True)
class Counted:
    """``undecided``: subjects that should have a delivery and have none. They are lost, too."""

    due: int
    lost: int
    twice: int
    extra: int
    parked: int
    dead: int
    undecided: int


def count(expected: Collection[str], rows: Sequence[Row], requests: Sequence[Request]) -> Counted:
    """``expected``: the subjects that have a message due."""
    seen, taken = {each.key for each in requests}, {each.key for each in requests if each.was_taken}
    undecided = len(set(expected) - {row.subject for row in rows})
    states = Counter(row.state for row in rows)
    return Counted(
        due=len(expected),
        lost=undecided + sum(_is_lost(row, seen, taken) for row in rows),
        twice=_twice(rows, seen),
        extra=len(requests) - len(seen),
        parked=states["unknown"],
        dead=states["dead"],
        undecided=undecided,
    )


def _is_lost(row: Row, seen: Collection[str], taken: Collection[str]) -> bool:
    if row.state == "delivered":
        return row.key not in taken
    return row.state not in DECLARED and row.key not in seen


def _twice(rows: Iterable[Row], seen: Collection[str]) -> int:
    """How many keys came to the sink beside the first of the same message."""
    keys: defaultdict[tuple[str, str, int, str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row.key in seen:
            keys[row.what].add(row.key)
    return sum(len(each) - 1 for each in keys.values())


def repeated(requests: Iterable[Request]) -> list[float]:
    """Of each extra request, when the one before it came."""
    last: dict[str, float] = {}
    found = []
    for each in sorted(requests, key=lambda request: request.at):
        if each.key in last:
            found.append(last[each.key])
        last[each.key] = each.at
    return found


def blamed(moments: Iterable[float], kills: Sequence[float]) -> list[int]:
    """How many of these moments belong to each kill: the first that came after."""
    counts = [0] * len(kills)
    for moment in moments:
        number = bisect.bisect_left(kills, moment)
        if number < len(kills):
            counts[number] += 1
    return counts


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The most of them that fall into any stretch of so many seconds."""
    ordered = sorted(moments)
    return max((bisect.bisect_left(ordered, at + seconds) - number for number, at in enumerate(ordered)), default=0)
