"""One rule about one subject, slot by slot: which starts it takes, and what becomes of their steps."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from firstwin.rules.terms import (
    Alert,
    BecomesStart,
    ChangedStart,
    DateStart,
    Email,
    EventStart,
    PropertyName,
    Record,
    Rule,
    Scalar,
    Step,
    Subject,
    Term,
    Webhook,
)
from firstwin.rules.terms_clock import ClockStart
from tests.match.naive_facts import Fact, concerns, happened, visible
from tests.match.naive_memory import Episode, Nudge, Project, Result, Skip, Start
from tests.match.naive_reading import names_read
from tests.match.naive_starts import follow_events, is_overtaken, nudged_fact, strike, tell_the_end
from tests.match.naive_terms import Scene, Value, fits_where, holds, same
from tests.match.naive_years import follow_each_year, follow_time_of_day

ENDS_THE_START = ("again", "goal_met")


class Case:
    """One rule about one subject: its starts, its episodes, its steps."""

    def __init__(
        self, rule: Rule, subject: str, first_slot: datetime, project: Project, facts: list[Fact], result: Result
    ) -> None:
        self.rule = rule
        self.subject = subject
        self.active_from = first_slot
        self.project = project
        self.facts = facts  # all of the project's, to which milestones are added
        self.result = result
        self.starts: dict[str, Start] = {}
        self.episode: Episode | None = None

    def judge(self, previous: datetime | None, slot: datetime) -> None:
        self.previous, self.slot = previous, slot
        self.scene = Scene(
            self.rule.about,
            self.subject,
            slot,
            happened(visible(self.facts, slot), slot, self.project.run),
            start=None,
            default_zone=self.project.zone,
        )
        self.find_starts()
        self.do_due_steps()

    def find_starts(self) -> None:
        match self.rule.when:
            case ClockStart() as when:
                strike(self, when)
            case EventStart(date=str(date)) as when:
                follow_events(self, when, date)
            case EventStart() as when:
                for per, events in self.events(when).items():
                    self.take_events(when, per, events)
            case DateStart(yearly=True) as when:
                follow_each_year(self, when)
            case DateStart(at=str()) as when:
                follow_time_of_day(self, when)
            case DateStart(of):
                self.follow_date(self.scene.property(of))
            case BecomesStart(condition):
                self.follow_state(is_now=self.holds(condition))
            case ChangedStart() as when:
                self.take_changes(when)

    # -- events

    def events(self, when: EventStart) -> dict[str, list[Fact]]:
        """The events that may start the rule, oldest first, by the value of ``per``."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.scene.facts_of(self.rule.about):
            per = "" if when.per is None else as_text(fact.props.get(when.per))
            if fact.name in when.names and fits_where(fact, when.where, self.scene) and per is not None:
                found[per].append(fact)
        return found

    def take_events(self, when: EventStart, per: str, events: list[Fact]) -> None:
        match when.which:
            case "every":
                for event in events:
                    self.take_unless_running(self.start_by(event, key_of(event), per))
            case "latest":
                self.take_if_newer(self.start_by(events[-1], key_of(events[-1]), per))
            case which:
                number = 1 if which == "first" else which
                key = f"nth:{number}" if when.per is None else f"nth:{number}:{per}"
                if key not in self.starts and len(events) >= number:
                    self.take(self.start_by(events[number - 1], key, per))

    def start_by(self, event: Fact, key: str, per: str) -> Start:
        return self.start(key, event.occurred_at, event.props, per)

    def take_unless_running(self, new: Start) -> None:
        if new.key in self.starts:
            return
        self.take(new)
        if new.state != "open":
            return
        others = [start for start in self.starts_of(new.per) if start is not new and start.overlaps(new)]
        for other in others:
            if other.state == "open" and self.goal_is_met(other):
                other.leave("goal_met")
        if any(other.state in ("open", "done") for other in others):
            new.note("already_running")

    def take_if_newer(self, new: Start) -> None:
        earlier = self.starts_of(new.per)
        if any(new.at <= start.at for start in earlier):
            return
        for start in earlier:
            if start.state == "open":
                start.leave("replaced")
        self.take(new)

    # -- dates, states, changes

    def follow_date(self, value: Value) -> None:
        key = None if value.at is None else str(value.raw)
        for start in self.starts.values():
            if start.state == "open" and start.key != key:
                start.leave("date_moved")
        if key is None or value.at is None:
            return
        known = self.starts.get(key)
        if known is None:
            self.take(self.start(key, value.at, {"date": value.raw}))
        elif known.reason == "date_moved":
            known.reopen()

    def follow_state(self, *, is_now: bool) -> None:
        if is_now and self.episode is None:
            noted = self.slot == self.active_from and not self.rule.only_records and self.was_true_before()
            self.episode = Episode(self.rule.id, self.subject, self.slot, noted)
            self.result.episodes.append(self.episode)
            if not noted:
                self.take(self.start(self.slot.isoformat(), self.slot, {}))
        elif not is_now and self.episode is not None:
            since, self.episode.until, self.episode = self.episode.since, self.slot, None
            for start in self.starts.values():
                if start.state == "open":
                    start.leave("state_ended")
            tell_the_end(self, since)

    def was_true_before(self) -> bool:
        """Whether the state was true already when the rule was new; with ``backfill``, when that began."""
        if not self.rule.backfill or not isinstance(self.rule.when, BecomesStart):
            return True
        then = self.slot - self.rule.backfill
        known = happened(visible(self.facts, then), then, self.project.run)
        project = self.project
        return holds(
            self.rule.when.condition, self.rule.about, self.subject, then, known, None, project.zone, project.run
        )

    def take_changes(self, when: ChangedStart) -> None:
        before = None
        for fact in self.changes(when.of):
            after = fact.props.get("value")
            if not same(before, after) and is_one_of(before, when.old) and is_one_of(after, when.new):
                self.take_unless_running(self.start(key_of(fact), fact.occurred_at, {"from": before, "to": after}))
            before = after

    def changes(self, of: PropertyName) -> list[Fact]:
        if of.scope == "start":
            return []
        name = f"firstwin.{of.scope}.{of.name}"
        return [fact for fact in self.scene.facts if self.is_read(fact, of.scope, name)]

    # -- taking

    def start(self, key: str, at: datetime, props: Mapping[str, Any], per: str = "") -> Start:
        ends_at = at + max(step.wait for step in self.rule.steps)
        due = {step.name: at + step.wait for step in self.rule.steps}
        return Start(self.rule.id, self.subject, key, per, at, ends_at, self.slot, props, due, list(due))

    def take(self, new: Start) -> None:
        """What lies before the rule is noted and never nudged; a rule that only records takes that too."""
        self.starts[new.key] = new
        if new.at < self.active_from - self.rule.backfill and not self.rule.only_records:
            new.note("before_rule")

    def starts_of(self, per: str) -> list[Start]:
        return [start for start in self.starts.values() if start.per == per]

    # -- steps

    def do_due_steps(self) -> None:
        due = [
            (start.due[step.name], start.at, start.key, number)
            for start in self.starts.values()
            for number, step in enumerate(self.rule.steps)
            if start.state == "open" and step.name in start.waiting and start.due[step.name] <= self.slot
        ]
        for due_at, _, key, number in sorted(due):
            together = [self.rule.steps[other] for _, _, whose, other in due if whose == key]
            if self.starts[key].state == "open":
                self.do(self.starts[key], self.rule.steps[number], due_at, together)

    def do(self, start: Start, step: Step, due_at: datetime, together: list[Step]) -> None:
        reason = "replaced" if is_overtaken(step, together) else self.why_not(start, step, due_at)
        start.waiting.remove(step.name)
        if reason is None:
            self.nudge(start, step)
        else:
            self.result.skips.append(Skip(self.rule.id, self.subject, start.key, step.name, reason, self.slot))
        if reason in ENDS_THE_START:
            start.leave(reason)
        elif not start.waiting:
            start.state = "done"

    def why_not(self, start: Start, step: Step, due_at: datetime) -> str | None:
        if self.is_too_late(start, due_at):
            return "too_late"
        if not self.scene.subject_exists():
            return "subject_gone"
        if self.was_nudged_already(start):
            return "again"
        if self.goal_is_met(start):
            return "goal_met"
        if self.is_expired(start, step, due_at):
            return "expired"
        return None if self.passes_gates(start, step) else "gate_false"

    def is_too_late(self, start: Start, due_at: datetime) -> bool:
        """Found long after its time; what was to be recorded, or taken up, or was struck by a clock never is."""
        by_fact = not self.rule.only_records and not isinstance(self.rule.when, ClockStart)
        return by_fact and start.at >= self.active_from and due_at + self.project.grace < start.seen_at

    def was_nudged_already(self, start: Start) -> bool:
        """By another start, with the same value of ``per``; asked before the first nudge of this one."""
        others = [at for other in self.starts_of(start.per) if other is not start for at in other.nudged_at]
        if start.nudged_at or not others:
            return False
        match self.rule.again.kind:
            case "never":
                return True
            case "after":
                return max(others) + self.rule.again.after > self.slot
            case "every time":
                return False

    def goal_is_met(self, start: Start) -> bool:
        return self.rule.until is not None and self.holds(self.rule.until, start)

    def is_expired(self, start: Start, step: Step, due_at: datetime) -> bool:
        lifetime = self.rule.expires_after or longest_lifetime(step, self.project.expires_after)
        known_at = due_at if isinstance(self.rule.when, ClockStart) else start.seen_at
        return lifetime is not None and self.slot > max(due_at, known_at) + lifetime

    def passes_gates(self, start: Start, step: Step) -> bool:
        closed = any(self.holds(gate, start) for gate in (self.rule.unless, step.unless) if gate is not None)
        opened = all(self.holds(gate, start) for gate in (self.rule.only_if, step.only_if) if gate is not None)
        return opened and not closed

    def holds(self, term: Term, start: Start | None = None) -> bool:
        project = self.project
        return holds(term, self.rule.about, self.subject, self.slot, self.scene.facts, start, project.zone, project.run)

    # -- nudging

    def nudge(self, start: Start, step: Step) -> None:
        start.nudged_at.append(self.slot)
        self.result.nudges.append(Nudge(self.rule.id, self.subject, start.key, step.name, self.slot))
        nudged_fact(self, start, step)
        for action in step.actions:
            if isinstance(action, Record):
                self.record(action.milestone, self.reached_at(start))

    def record(self, milestone: str, at: datetime) -> None:
        fact = Fact(
            seq=max(fact.seq for fact in self.facts) + 1,
            id=None,
            account_id=self.scene.account(),
            person_id=self.subject if self.rule.about == "person" else None,
            name=f"firstwin.milestone.{milestone}",
            props={},
            value_at=None,
            occurred_at=at,
            received_at=self.slot,
            known_at=self.slot,
            run=self.project.run,
        )
        self.facts.append(fact)
        self.result.recorded.append(fact)

    def reached_at(self, start: Start) -> datetime:
        """When the newest fact that made the state true happened, or the slot when the clock made it true."""
        if not isinstance(self.rule.when, BecomesStart):
            return min(start.at, self.slot)
        names = names_read(self.rule.when.condition, self.rule.about)
        read = [fact for fact in self.scene.facts if any(self.is_read(fact, *name) for name in names)]
        if read and (self.previous is None or any(self.is_new(fact) for fact in read)):
            return read[-1].occurred_at
        return self.slot

    def is_read(self, fact: Fact, whose: Subject, name: str) -> bool:
        return fact.name == name and concerns(fact, whose, self.scene.owner(whose))

    def is_new(self, fact: Fact) -> bool:
        return self.previous is not None and max(fact.known_at, fact.occurred_at) > self.previous


def key_of(fact: Fact) -> str:
    return f"seq:{fact.seq}" if fact.id is None else fact.id


def as_text(raw: object) -> str | None:
    """A value of ``per`` as text: a text as it is, everything else as JSON writes it; None when it is missing."""
    return raw if raw is None or isinstance(raw, str) else json.dumps(raw)


def is_one_of(value: object, wanted: tuple[Scalar, ...] | None) -> bool:
    """None is any value, and nothing at all in the tuple is no value."""
    if wanted is None:
        return True
    return any(same(value, one) for one in wanted) if wanted else value is None


def longest_lifetime(step: Step, expires_after: Mapping[str, timedelta]) -> timedelta | None:
    """None for ever."""
    channels: list[str] = []
    for action in step.actions:
        match action:
            case Record():
                return None
            case Email():
                channels.append("email")
            case Alert():
                channels.append("alert")
            case Webhook():
                channels.append("webhook")
    return max(expires_after[channel] for channel in channels)
