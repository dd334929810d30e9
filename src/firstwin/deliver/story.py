"""Why a message goes out, in plain words: what happened, what has not yet, and what of both a template may list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from firstwin.deliver.context import Started, Told
from firstwin.match.value import Clause, Standing
from firstwin.outbox.claim import Leased
from firstwin.rules.say_start import say_start
from firstwin.rules.say_term import Labels, happened, say_term
from firstwin.rules.terms import (
    NUDGED,
    OVER,
    BecomesStart,
    ChangedStart,
    DateStart,
    EventStart,
    Rule,
    Start,
    nudged_by,
)
from firstwin.rules.terms_clock import ClockStart

MILESTONE = "firstwin.milestone."


class Story:
    """``rule`` finds a rule by its id, None when its file is gone; ``labels`` say how an event reads."""

    def __init__(self, rule: Callable[[str], Rule | None], labels: Labels) -> None:
        self._rule = rule
        self._labels = labels
        self._began = lru_cache(maxsize=1024)(self._began_of)
        self._words = lru_cache(maxsize=4096)(self._words_for)

    def tell(self, leased: Leased, start: Started, standing: Standing) -> Told:
        """A milestone that is made of parts is told by them: what is done and what is missing are steps to take."""
        rule = self._rule(leased.rule)
        if rule is None:
            return Told("", start.at)
        began, evidence = self._began(rule.when), standing.evidence
        if leased.step == OVER:
            return Told(self._sentence(f"no longer so: {began}", ()), start.at)
        made_of_parts = {clause.milestone for clause in evidence}
        steps: dict[str, Clause | None] = dict.fromkeys(_deed(rule))
        steps |= {clause.name: clause for clause in evidence if _is_step(clause, made_of_parts)}
        return Told(
            self._sentence(began, evidence),
            start.at,
            done=tuple(self._done(name) for name, clause in steps.items() if clause is None or _is_done(clause)),
            missing=tuple(self._missing(clause) for clause in steps.values() if clause and not _is_done(clause)),
        )

    def _began_of(self, start: Start) -> str:
        match start:
            case EventStart(names, date=None):
                return " or ".join(self._words(name) for name in names)
            case EventStart():
                return say_start(start, self._labels)
            case DateStart(of, yearly):
                return f"the date in {of}, as each year" if yearly else f"the date in {of}"
            case ChangedStart(of):
                return f"{of} changed"
            case BecomesStart(condition):
                return say_term(condition, self._labels)
            case ClockStart():
                return say_start(start, self._labels)

    def _sentence(self, began: str, evidence: Iterable[Clause]) -> str:
        """The parts of milestones are left to the lists."""
        said = [began]
        for clause in evidence:
            if clause.milestone or clause.says in began:
                continue
            if clause.count is not None and not _is_done(clause):
                said.append(f"not yet {self._words(clause.name)}")
            elif clause.count is None and clause.holds:
                said.append(clause.says)
        said = list(dict.fromkeys(said))
        text = " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
        return text[:1].upper() + text[1:] + "."

    def _done(self, name: str) -> Mapping[str, str]:
        return {"name": name, "label": self._words(name)}

    def _missing(self, clause: Clause) -> Mapping[str, str]:
        """Two reports are not none, where three are asked for."""
        so_far = f" ({clause.count} so far)" if clause.count else ""
        return {"name": clause.name, "label": self._words(clause.name) + so_far}

    def _words_for(self, name: str) -> str:
        if name.startswith(NUDGED):
            return f"“{name.removeprefix(NUDGED)}” was sent"
        return happened(name.removeprefix(MILESTONE), self._labels)


def _deed(rule: Rule) -> Sequence[str]:
    """What the subject did to start it all, where that is one thing."""
    one = isinstance(rule.when, EventStart) and len(rule.when.names) == 1 and not nudged_by(rule)
    return [rule.when.names[0].removeprefix(MILESTONE)] if one and isinstance(rule.when, EventStart) else []


def _is_step(clause: Clause, made_of_parts: Iterable[str]) -> bool:
    return clause.count is not None and clause.name not in made_of_parts


def _is_done(clause: Clause) -> bool:
    """It happened, and as often as is asked for."""
    return bool(clause.count) and clause.holds
