"""The referee of matching: what rules mean, in plain loops over a list of facts, slot by slot.

It shares no code with the matching that is compared with it; ``firstwin.rules.terms`` is only the vocabulary. The parts:
``naive_facts`` (what is seen), ``naive_terms`` (does a condition hold), ``naive_reading`` (when could it turn),
``naive_calendar``, ``naive_case`` (one rule about one subject). Where the specification leaves room, this is how it is
read.

Facts
- An account's facts are those with its account_id, a person's those with its person_id. So an account's ``reached``
  also sees the milestone of one of its people, since that fact carries the account too.
- Nothing that lies ahead of now counts, whatever the window; a start may lie ahead (a date), its windows are then empty.
- A subject exists by its newest ``created_at`` at now, so a creation that is moved ahead takes it away again.
- A person without an account: ``anyone`` counts nothing, and each property of the account is missing.
- A zone name that is not known is no zone: the default holds. A person's own zone is not its account's.
- Where there is no start, its windows are empty and its properties missing.
- A list is never equal to a value, so ``is_not`` holds of it. A date in a start's own data is read from its text.

Starts
- An open start is ended before its time, because its goal is met, only where a new start overlaps it.
- What is noted (before the rule, or already running) blocks nothing. ``which: first``, and a number, are settled once:
  a late event that moves the count does not make a second start.
- ``which: latest`` compares times alone: an event at the same moment as the last start is not newer.
- With ``backfill`` a state is noted if it was true that long ago already; else what is true at the first slot is noted,
  except where the rule only records.
- A start before the rule that is taken all the same (backfill) is never too late, and none is of a rule that only
  records.
- ``account.`` in a person's start (a date, a change) is the account of the person at the slot.
- A date that comes back finds its start as it was: same due times, same seen_at, the steps that were waiting.

Steps
- ``subject_gone``, ``too_late``, ``expired`` and ``gate_false`` skip one step; ``again`` and ``goal_met`` end the start.
- Without an ``expires_after`` of its rule a step lives as long as its longest-lived channel, and a record for ever.
- A record is written at every nudge of its step. It is dated by the newest fact that the state reads, those of the
  subject's existence included; where the start is no state, by the start's own time, but not after the slot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from firstwin.rules.terms import Rule, Subject, Term, nudged_by, read_milestones
from tests.match.naive_case import Case
from tests.match.naive_facts import Fact, stored, visible
from tests.match.naive_memory import ORDINARY, Episode, Nudge, Project, Result, Skip, Start
from tests.match.naive_reading import durations, names_read, next_moment
from tests.match.naive_terms import holds

__all__ = [
    "Episode",
    "Fact",
    "Nudge",
    "Project",
    "Referee",
    "Result",
    "Skip",
    "Start",
    "durations",
    "episodes",
    "holds",
    "names_read",
    "next_moment",
    "stored",
    "visible",
]


Edit = Callable[[Case, datetime], None]
NO_EDITS: Mapping[datetime, Edit] = {}


def _nothing(_case: Case, _at: datetime) -> None:
    """No edit."""


class Referee:
    """Runs rules, new at the first slot, over the facts that a replay sees at each slot."""

    def __init__(self, rules: Rule | Iterable[Rule], facts: Iterable[Fact], project: Project = ORDINARY) -> None:
        self.rules = recorders_first([rules] if isinstance(rules, Rule) else list(rules))
        self.facts = stored(facts)
        self.project = project

    def run(self, slots: Sequence[datetime], edits: Mapping[datetime, Edit] = NO_EDITS) -> Result:
        """``edits`` by the slot from which on they hold."""
        facts, result = list(self.facts), Result()
        cases: dict[tuple[str, str], Case] = {}
        previous = None
        for slot in slots:
            for case in cases.values():
                edits.get(slot, _nothing)(case, slot)
            for rule in self.rules:
                for subject in subjects(rule.about, visible(facts, slot)):
                    if (rule.id, subject) not in cases:
                        cases[rule.id, subject] = Case(rule, subject, slots[0], self.project, facts, result)
                        for at in (at for at in edits if at <= slot):
                            edits[at](cases[rule.id, subject], at)
                    cases[rule.id, subject].judge(previous, slot)
            previous = slot
        result.starts = [start for case in cases.values() for start in case.starts.values()]
        return result


def recorders_first(rules: list[Rule]) -> list[Rule]:
    """In the order given, but each rule after those whose milestones it reads, or whose nudges start it."""
    ordered: list[Rule] = []
    while waiting := [rule for rule in rules if rule not in ordered]:
        records = {milestone for rule in waiting for milestone in rule.milestones}
        names = {rule.id for rule in waiting}
        ordered.append(
            next(rule for rule in waiting if not (read_milestones(rule) & records or nudged_by(rule) & names))
        )
    return ordered


def subjects(kind: Subject, facts: Iterable[Fact]) -> list[str]:
    ids = {fact.account_id if kind == "account" else fact.person_id for fact in facts}
    return sorted(one for one in ids if one is not None)


def episodes(
    condition: Term,
    kind: Subject,
    slots: Sequence[datetime],
    facts: Iterable[Fact],
    zone: str = "UTC",
    run: str = "live",
) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """For each subject with any, the stretches of slots at which the condition was true: (since, until or None)."""
    found: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    kept = stored(facts)
    for subject in subjects(kind, visible(kept, slots[-1])):
        since: datetime | None = None
        for slot in slots:
            true = holds(condition, kind, subject, slot, visible(kept, slot), zone=zone, run=run)
            if since is None and true:
                since = slot
            elif since is not None and not true:
                found[subject].append((since, slot))
                since = None
        if since is not None:
            found[subject].append((since, None))
    return dict(found)
