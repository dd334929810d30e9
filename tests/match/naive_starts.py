"""The referee's reading of the clock, of dates that events bring, of what is told when a state is over, and of edits.

- The clock strikes for whom was there then and whom the rule's own gates let through at the slot; for everybody else nothing begins.
- Of several strikes since the last slot only the newest begins something. A local day is met once, whatever zone it is met in.
- The zone is the one that holds at the slot. What is late is late by its time, not by when it was noticed.
- For each ``per`` the newest event says the date, as text; another text, or none, is another date.
- Of the repetitions of a step that are due together only the last is done.
- ``when_over`` is due at the slot at which the state has ended, once for each start that nudged; it is no nudge to ``again``.
- An edit moves no due time. A step that is new is due for open starts if its time has not come yet; one that is gone is dropped.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from firstwin.rules.terms import OVER, EventStart, PropertyName, Record, Rule, Step
from firstwin.rules.terms_clock import ClockStart
from tests.match.naive_calendar import zone_named
from tests.match.naive_clock import strikes
from tests.match.naive_facts import Fact
from tests.match.naive_memory import Nudge, Skip, Start
from tests.match.naive_years import time_of_day

MICROSECOND = timedelta(microseconds=1)

if TYPE_CHECKING:
    from tests.match.naive_case import Case


# ---- the clock ------------------------------------------------------------------------------------------------------


def strike(case: Case, when: ClockStart) -> None:
    after = case.previous if case.previous is not None else case.active_from - MICROSECOND
    created = case.scene.own("created_at").at
    found = strikes(when, clock_of(case, when), max(after, case.active_from - MICROSECOND), case.slot)
    if not found or created is None or not case.scene.subject_exists():
        return
    *missed, newest = [case.start(day.isoformat(), at, {}) for day, at in found]
    if created > newest.at or not let_through(case, newest):
        return
    for start in (*(start for start in missed if created <= start.at), newest):
        if start.key not in case.starts:
            case.take(start)
            if start is not newest:
                start.note("replaced")


def clock_of(case: Case, when: ClockStart) -> ZoneInfo:
    project = zone_named(case.project.zone) or ZoneInfo("UTC")
    match when.zone:
        case "UTC":
            return ZoneInfo("UTC")
        case "csm":
            name = case.scene.property(PropertyName("account", "csm")).raw
            return zone_named(case.project.csm_zones.get(str(name))) or project
        case whose:
            return zone_named(case.scene.property(PropertyName(whose, "timezone")).raw) or project


def let_through(case: Case, start: Start) -> bool:
    closed = case.rule.unless is not None and case.holds(case.rule.unless, start)
    return not closed and (case.rule.only_if is None or case.holds(case.rule.only_if, start))


# ---- dates that events bring ----------------------------------------------------------------------------------------


def follow_events(case: Case, when: EventStart, date: str) -> None:
    for per, events in case.events(when).items():
        raw = events[-1].props.get(date)
        text = raw if isinstance(raw, str) else None
        key = text if text is None or when.per is None else f"{text} {per}"
        for start in case.starts_of(per):
            if start.state == "open" and start.key != key:
                start.leave("date_moved")
        at = time_of_day(text, when.at, case.scene.zone())
        if key is None or at is None:
            continue
        known = case.starts.get(key)
        if known is None:
            case.take(case.start(key, at, {**events[-1].props, "date": text}, per))
        elif known.reason == "date_moved":
            known.reopen()


# ---- the end of a state ---------------------------------------------------------------------------------------------


def tell_the_end(case: Case, since: datetime) -> None:
    start = case.starts.get(since.isoformat())
    if case.rule.over is None or start is None or not start.nudged_at:
        return
    if start.state != "done" and start.reason != "state_ended":
        return
    reason = case.why_not(start, case.rule.over, case.slot)
    if reason is None:
        case.result.nudges.append(Nudge(case.rule.id, case.subject, start.key, OVER, case.slot))
    else:
        case.result.skips.append(Skip(case.rule.id, case.subject, start.key, OVER, reason, case.slot))
    if reason == "goal_met":
        start.leave(reason)


# ---- repetitions, and what one rule's nudge is to another -------------------------------------------------------------


def is_overtaken(step: Step, others: list[Step]) -> bool:
    return any(other.base == step.base and other.number > step.number for other in others)


def nudged_fact(case: Case, start: Start, step: Step) -> None:
    """A nudge that went out is a fact."""
    if case.rule.mode != "live" or all(isinstance(action, Record) for action in step.actions):
        return
    run, rule = case.project.run, case.rule.id
    name = f"firstwin.nudged.{rule}"
    case.facts.append(
        Fact(
            seq=max(fact.seq for fact in case.facts) + 1,
            id=f"firstwin.nudged.{run}.{rule}.{case.subject}.{start.key}.{step.name}",
            account_id=case.scene.account(),
            person_id=case.subject if case.rule.about == "person" else None,
            name=name,
            props={"step": step.name, "channel": "webhook"},
            value_at=None,
            occurred_at=case.slot,
            received_at=case.slot,
            known_at=case.slot,
            run=run,
        )
    )


# ---- edits ----------------------------------------------------------------------------------------------------------


def edit(case: Case, rule: Rule, now: datetime) -> None:
    case.rule = rule
    for start in case.starts.values():
        for step in rule.steps:
            if step.was is not None and step.was in start.due and step.name not in start.due:
                start.due[step.name] = start.due.pop(step.was)
                start.waiting = [step.name if name == step.was else name for name in start.waiting]
        names = [step.name for step in rule.steps]
        start.waiting = [name for name in start.waiting if name in names]
        if start.state == "open":
            add_steps(start, rule, now)


def add_steps(start: Start, rule: Rule, now: datetime) -> None:
    for step in rule.steps:
        if step.name not in start.due and start.at + step.wait >= now:
            start.due[step.name] = start.at + step.wait
            start.waiting.append(step.name)
            start.ends_at = max(start.ends_at, start.at + step.wait)
