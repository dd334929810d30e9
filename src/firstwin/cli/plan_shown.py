"""How a plan looks: a table, each changed rule with its examples and sentences, the total and the next command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import ndiff
from typing import TYPE_CHECKING, Any

from firstwin.cli.console import counted, print_table, screen

if TYPE_CHECKING:
    from rich.text import Text

    from firstwin.rules.project import Project
    from firstwin.rules.terms import Rule
    from firstwin.tools.plan.compare import Group
    from firstwin.tools.plan.plan import Plan, RulePlan
    from firstwin.tools.plan.running import Running

COLUMNS = {"right_now": ("right now", "yellow"), "newly": ("newly nudged", "green"),
           "no_longer": ("no longer", "red"), "moved": ("at another time", "")}  # fmt: skip


def show(made: Plan, project: Project | None, examples: int) -> None:
    if not made.rules:
        screen().print("Nothing changes: the rule files are what runs.", style="green")
        return
    show_table(made)
    for one in made.rules:
        _show_rule(one, project, examples)
    if any(_takes_up_nobody(one) for one in made.rules):
        screen().print("\nNo `backfill` takes up what came with `firstwin import --history`: that begins nothing.", soft_wrap=True)  # fmt: skip
    if left_out := _left_out(project):
        screen().print(f"\n{left_out}", soft_wrap=True)
    parts = [f"{counted(made.total(what)[0], 'subject')} {words}" for what, words in _TOTALS.items()]
    screen().print(f"\nIn total: {', '.join(parts)}.", style="bold", soft_wrap=True)
    screen().print(f"Plan {made.hash}. To bring it live: firstwin apply {made.hash}", soft_wrap=True)


_TOTALS = {"right_now": "nudged right now", "newly": "newly nudged", "no_longer": "no longer nudged"}


def _left_out(project: Project | None) -> str:
    """What firstwin.yaml says of mails on their way: a plan compares what is decided."""
    words = {"quiet_hours": project.quiet_hours, "caps": project.caps.person or project.caps.account} if project else {}
    said = " and ".join(f"`{word}`" for word, is_set in words.items() if is_set)
    return f"Left out: {said}. `firstwin backtest RULE` tells what becomes of mails on their way." if said else ""


def show_table(made: Plan) -> None:
    columns = tuple(words for words, _ in COLUMNS.values())
    title = f"What changes, over the last {made.since.days} days"
    print_table(title, ("rule", "change", *columns), map(_row, made.rules), right=columns)


def _row(one: RulePlan) -> tuple[object, ...]:
    rule = one.change.rule
    name = rule.id + (" (records only)" if rule.only_records else "")
    change = (
        f"renamed from {one.change.before.id}"
        if one.change.before and one.change.kind == "renamed"
        else one.change.kind
    )
    return name, change, *(_cell(one.group(what).subjects, colour) for what, (_, colour) in COLUMNS.items())


def _cell(count: int, colour: str) -> Text:
    from rich.text import Text

    return Text(f"{count:,}", style=colour if count else "dim")


# ---- one rule -------------------------------------------------------------------------------------------------------


def _show_rule(one: RulePlan, project: Project | None, examples: int) -> None:
    screen().print(f"\n{one.change.rule.id}: {one.change.kind}", style="bold")
    for sign, clause in said(one, project):
        screen().print(f"  {sign} {clause}", style={"+": "green", "-": "red"}.get(sign, "dim"), soft_wrap=True)
    for note in one.standing.notes:
        screen().print(f"  Now {note}.", style="yellow", soft_wrap=True)
    if one.standing.right_now != one.standing.as_it_is:
        screen().print(f"  Right now: {_subjects(one.standing.right_now)}; as it is, {_subjects(one.standing.as_it_is)}.", soft_wrap=True)  # fmt: skip
    for line in (*_reach(one), *_running(one.standing.running, gone=one.change.kind == "removed")):
        screen().print(f"  {line}", soft_wrap=True)
    for what, (words, colour) in COLUMNS.items():
        _show_examples(words, one.group(what), colour, examples)


def said(one: RulePlan, project: Project | None) -> list[tuple[str, str]]:
    """The old and the new sentence, clause by clause, each with `+`, `-` or nothing; empty where it reads the same."""
    old, new = (_clauses(rule, project) for rule in (one.change.before, one.change.after))
    if old == new:
        return []
    return [(line[0], line[2:]) for line in ndiff(old, new) if line[0] != "?"]


def _clauses(rule: Rule | None, project: Project | None) -> list[str]:
    from firstwin.rules.say import say

    return say(rule, project).split("; ") if rule else []


def _subjects(group: Group) -> str:
    return counted(group.subjects, "subject")


def _reach(one: RulePlan) -> Iterator[str]:
    if longest := _takes_up_nobody(one):
        yield f"No `backfill` of up to {longest} days would take up anybody."
        return
    for choice in one.standing.reach:
        words = f"backfill: {choice.backfill.days} days" if choice.backfill else "no backfill"
        yield f"With {words} it would take up {counted(choice.subjects, 'subject')}, and nudge {choice.right_now:,} at once."


def _takes_up_nobody(one: RulePlan) -> int:
    """The longest ``backfill`` that was tried, in days, where none would take up anybody; else 0."""
    choices = one.standing.reach
    return 0 if any(choice.subjects for choice in choices) else max((each.backfill.days for each in choices), default=0)


def _running(found: Running, *, gone: bool) -> Iterator[str]:
    if not found.starts:
        return
    yield f"{counted(found.starts, 'start')} running" + (": nothing more is sent for them." if gone else ".")
    if gone:
        return
    if found.kept:
        yield f"Due when they were: {_by_step(found.kept)}."
    if found.added:
        yield f"Due as well: {_by_step(found.added)}."
    if found.dropped:
        yield f"Due no more: {_by_step(found.dropped)}."
    if found.new_waits:
        yield "Another wait counts for new starts only; those that run keep their times."


def _by_step(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{step or 'the message'} of {counted(count, 'start')}" for step, count in counts.items())


def _show_examples(words: str, group: Group, colour: str, most: int) -> None:
    """The newest ones."""
    shown = group.nudges[-most:] if most else ()
    if shown:
        screen().print(f"  {words}:", style=colour)
    for one in shown:
        screen().print(f"    {one.subject}  {_time(one.at)}  {one.step}".rstrip(), soft_wrap=True)
    if shown and len(group.nudges) > most:
        screen().print(f"    and {len(group.nudges) - most:,} more", style="dim")


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


# ---- for programs ---------------------------------------------------------------------------------------------------


def as_data(made: Plan, project: Project | None, examples: int) -> dict[str, Any]:
    totals = {what: dict(zip(("subjects", "nudges"), made.total(what), strict=True)) for what in COLUMNS}
    return {
        "hash": made.hash if made.rules else None,
        "at": made.at,
        "since_days": made.since.days,
        "rules": [_rule_data(one, project, examples) for one in made.rules],
        "total": totals,
    }


def _rule_data(one: RulePlan, project: Project | None, examples: int) -> dict[str, Any]:
    change, standing = one.change, one.standing
    return {
        "rule": change.rule.id,
        "change": change.kind,
        "was": change.before.id if change.before else None,
        "from_version": change.before.version if change.before else None,
        "to_version": change.after.version if change.after else None,
        "only_records": change.rule.only_records,
        "says": [{"change": {"+": "added", "-": "removed"}.get(sign, "same"), "clause": clause} for sign, clause in said(one, project)],
        "notes": standing.notes,
        "running": vars(standing.running),
        "reach": [{"backfill_days": r.backfill.days, "subjects": r.subjects, "right_now": r.right_now} for r in standing.reach],
        "as_it_is": _group_data(standing.as_it_is, examples),
        **{what: _group_data(one.group(what), examples) for what in COLUMNS},
    }  # fmt: skip


def _group_data(group: Group, examples: int) -> dict[str, Any]:
    shown = group.nudges[-examples:] if examples else ()
    return {"subjects": group.subjects, "nudges": len(group.nudges), "examples": [vars(one) for one in shown]}
