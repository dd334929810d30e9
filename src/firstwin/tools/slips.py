"""Names of events that are most likely misspelt, as long as no data has come in to hold them against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from firstwin.rules.library import Library
from firstwin.rules.problems import Problem
from firstwin.rules.ruletest_file import Written
from firstwin.rules.scope import Use

SHORTEST = 5  # letters: among shorter names a letter makes another word


def slips(library: Library, tests: Iterable[Written]) -> list[Problem]:
    """Events that stand in one place of all rules and tests, while a name that differs by one letter stands elsewhere."""
    uses = [use for use in library.uses if use.kind == "event"]
    tested = {happening.event for written in tests for happening in written.test.events if happening.event}
    often = Counter(use.name for use in uses) + Counter(tested)
    files: defaultdict[str, set[str]] = defaultdict(set)
    for use in uses:
        files[use.name].add(use.file)
    return list(_slips(uses, often, files, tested))


def _slips(
    uses: Sequence[Use], often: Counter[str], files: defaultdict[str, set[str]], tested: set[str]
) -> Iterator[Problem]:
    for use in uses:
        if often[use.name] > 1 or len(use.name) < SHORTEST:
            continue
        others = [name for name in often if is_near(use.name, name) and (name in tested or files[name] - {use.file})]
        if others:
            meant = max(others, key=lambda name: (often[name], name))
            message = f"`{use.name}` stands only here, and `{meant}` elsewhere."
            yield Problem(use.file, use.line, use.column, message, f"Did you mean `{meant}`?", "warning")


def is_near(name: str, other: str) -> bool:
    """Whether one letter was left out, added or exchanged, or two have changed places; digits tell things apart."""
    if name == other or abs(len(name) - len(other)) > 1:
        return False
    begins = next((i for i, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
    one, two = name[begins:], other[begins:]
    if any(letter.isdigit() for letter in (*one[:1], *two[:1])):
        return False
    swapped = len(one) > 1 and one[:2] == two[1::-1] and one[2:] == two[2:]
    return swapped or one[1:] == two[1:] or one[1:] == two or one == two[1:]
