"""`to: #success`: the `#` makes a remark of it. The name is looked up all the same, so that one look at the file is enough."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from firstwin.rules.problems import Problem
from firstwin.rules.scope import Use

HIDDEN = re.compile(r"\bto:\s+#+([\w-]+)")
OTHERS = re.compile(r"\b(?:alert|webhook|digest):")


def hidden_destinations(problems: Iterable[Problem], files: Mapping[str, bytes]) -> Iterator[Use]:
    """The names of senders in lines that were told already because of their ``#``."""
    for problem in problems:
        lines = files.get(problem.file, b"").decode("utf-8-sig", errors="replace").splitlines()
        line = lines[problem.line - 1] if problem.line <= len(lines) else ""
        found = HIDDEN.search(line)
        if (
            found
            and "#" in problem.suggestion
            and OTHERS.search("".join(lines[max(problem.line - 2, 0) : problem.line + 1]))
        ):
            yield Use("destination", found[1], problem.file, problem.line, found.start(1) + 1)
