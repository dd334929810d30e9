"""What `firstwin explain` found, as a person reads it: a tree with ticks and crosses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from firstwin.cli.console import counted, print_table, screen

if TYPE_CHECKING:
    from firstwin.tools.explain.answer import (
        Condition,
        DeliverySeen,
        Explained,
        Node,
        NudgeSeen,
        SkipSeen,
        StartSeen,
        StepSeen,
        Would,
    )
    from firstwin.tools.explain.people import PeopleSeen

    Sign = Callable[[Node], tuple[str, str]]

FOR, AGAINST = "✓", "✗"
ROLES = {
    "becomes": "begins when this is true",
    "until": "until",
    "unless": "unless",
    "only_if": "only if",
    "if": "chosen if",
}
STYLES = {"nudge": "green", "skip": "yellow", "hold": "yellow"}
STATES = {"open": "green", "done": "bold", "noted": "yellow", "left": "yellow", "not taken": "yellow"}
UNTIL_DUE = {"quiet_hours", "daily_cap", "outranked"}  # what is held for these goes on at its due time
DELIVERED = {"delivered": "green", "dead": "red", "unknown": "red"}


def show(found: Explained) -> None:
    whose = f"{found.about} {found.subject}" + (f" ({found.name})" if found.name else "")
    if found.about == "person" and found.account:
        whose += f", of the account {found.account}"
    when = f"as it was at {_time(found.at)} UTC" if found.is_past else f"at {_time(found.at)} UTC"
    screen().print(Text.assemble((found.rule, "bold"), " and the ", (whose, "bold"), f", {when}"), soft_wrap=True)
    screen().print(found.in_short, style="dim", soft_wrap=True)
    for note in found.notes:
        screen().print(note, style="yellow", soft_wrap=True)
    screen().print(_conditions(found))
    screen().print(_starts(found))
    screen().print(_next(found), soft_wrap=True)


def show_people(found: PeopleSeen) -> None:
    rows = [(one.person, one.name, one.says) for one in found.people]
    print_table(f"{found.rule} is about people; those of {found.account}", ("person", "name", "how it stands"), rows)
    if found.more:
        screen().print(f"{found.more:,} more are not listed.")
    screen().print(f"`firstwin explain {found.rule} {found.account} --person ID` tells it of one.")


# ---- conditions -----------------------------------------------------------------------------------------------------


def _conditions(found: Explained) -> Tree:
    if found.judged_for is None:
        head = "Conditions, as if it began now"
    else:
        head = f"Conditions, for the start of {_time(found.judged_for)}"
    tree = Tree(
        Text.assemble((head, "bold"), (f"  {FOR} for sending, {AGAINST} against it" if found.conditions else "", "dim"))
    )
    if not found.conditions:
        tree.add(Text("none: every start goes through"))
    for condition in found.conditions:
        _add_condition(tree, condition)
    return tree


def _add_condition(tree: Tree, condition: Condition) -> None:
    node = condition.node
    role = ROLES[condition.role] + (f" (step “{condition.step}”)" if condition.step else "")
    sign = _neither if condition.role == "if" else _sign
    said = Text.assemble(sign(node), (f"{role}: ", "bold"), node.says, (_evidence(node), "cyan"), _so(condition))
    branch = tree.add(said)
    for part in node.parts:
        _add_node(branch, part, sign)


def _so(condition: Condition) -> tuple[str, str]:
    """What follows from how it stands: an `unless` that does not hold is no failure."""
    if condition.role == "if":
        return " → chosen" if condition.node.holds else " → not chosen", "dim"
    if condition.passes:
        return {"until": " → not yet", "unless": " → does not hold"}.get(condition.role, ""), "green"
    return {"until": " → it ends here", "becomes": " → it does not begin"}.get(condition.role, " → in the way"), "red"


def _add_node(tree: Tree, node: Node, sign: Sign) -> None:
    branch = tree.add(Text.assemble(sign(node), node.says, (_evidence(node), "cyan")))
    for part in node.parts:
        _add_node(branch, part, sign)


def _sign(node: Node) -> tuple[str, str]:
    return (f"{FOR} ", "green") if node.speaks_for else (f"{AGAINST} ", "red")


def _neither(_node: Node) -> tuple[str, str]:
    """What an action is chosen by says neither."""
    return "· ", "dim"


def _evidence(node: Node) -> str:
    said = []
    if node.count is not None:
        said.append("never" if not node.count else "once" if node.count == 1 else f"{node.count:,} times")
    if node.last_at is not None:
        said.append(f"{'last ' if node.count and node.count > 1 else ''}{_time(node.last_at)}")
    if node.value is not None:
        said.append(f"it is {_value(node.value)}")
    return f"  [{', '.join(said)}]" if said else ""


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (
        f"“{value}”" if isinstance(value, str) else f"{value:,.10g}" if isinstance(value, int | float) else str(value)
    )


# ---- starts and what came of them -----------------------------------------------------------------------------------


def _starts(found: Explained) -> Tree:
    tree = Tree(Text("Starts", "bold"))
    if not found.starts:
        tree.add(Text(found.why_no_start, "yellow"))
    for start in found.starts:
        branch = tree.add(_start(start))
        for step in start.steps:
            _add_step(branch, step)
    if found.older_starts:
        tree.add(Text(f"{counted(found.older_starts, 'older start')} not shown"))
    return tree


def _start(start: StartSeen) -> Text:
    said = Text.assemble((_time(start.at), "bold"), "  ", (start.state, STATES.get(start.state, "")))
    if start.why:
        said.append(f": {start.why}")
    more = [f"for {start.per}"] if start.per else []
    more += [f"by {start.actor}"] if start.actor else []
    more += [f"found {_time(start.seen_at)}"] if start.seen_at else []
    return said.append(f"  ({', '.join(more)})", "dim") if more else said


def _add_step(tree: Tree, step: StepSeen) -> None:
    name = f"“{step.name}”: " if step.name else ""
    state = {"expected": "", "waiting": "waits", "dropped": "dropped with its start"}.get(step.state, step.state)
    said = Text.assemble(
        f"{name}due {_time(step.due_at)}", (f"  {state}" if state else "", "bold"), (f"  {step.says}", "dim")
    )
    branch = tree.add(said)
    for line in _came_of(step):
        branch.add(line)
    if step.nudge is not None:
        _add_nudge(branch, step.nudge)


def _came_of(step: StepSeen) -> Iterator[Text]:
    for skip in step.skips:
        yield _skip(skip)
    if step.would is not None:
        yield _would(step.would)


def _skip(skip: SkipSeen) -> Text:
    when = _time(skip.first_at) + (f" to {_time(skip.last_at)}" if skip.last_at != skip.first_at else "")
    detail = f" ({skip.detail})" if skip.detail else ""
    return Text.assemble((f"{AGAINST} {skip.reason}", "yellow"), f": {skip.why}{detail}, {when}")


def _would(would: Would) -> Text:
    style = STYLES[would.outcome]
    if would.outcome == "nudge":
        return Text.assemble((f"→ {_time(would.at)}: ", style), f"it would {' and '.join(would.does) or 'do nothing'}")
    verb = "it would be held" if would.outcome == "hold" else "it would be skipped"
    detail = f" ({would.detail})" if would.detail else ""
    then = f", then it would {' and '.join(would.does)}" if would.does else ""
    return Text.assemble((f"→ {_time(would.at)}: ", style), f"{verb}, {would.reason}: {would.why}{detail}{then}")


def _add_nudge(tree: Tree, nudge: NudgeSeen) -> None:
    shadow = ", in shadow: nothing was sent" if nudge.mode == "shadow" else ""
    said = (f"{FOR} nudge {nudge.id}", "green"), f", decided {_time(nudge.decided_at)}{shadow}"
    branch = tree.add(Text.assemble(*said, (f"  `firstwin replay {nudge.id}` decides it again", "dim")))
    for delivery in nudge.deliveries:
        its = branch.add(_delivery(delivery))
        for each in delivery.attempts:
            its.add(Text(_listed([_time(each.began_at), each.outcome or "on the wire", each.reason, each.detail])))


def _delivery(delivery: DeliverySeen) -> Text:
    why = f": {delivery.reason}, {delivery.why}" if delivery.reason else ""
    return Text.assemble(
        f"delivery {delivery.id}, {delivery.channel} “{delivery.template}” to {delivery.to}: ",
        (delivery.state, DELIVERED.get(delivery.state, "yellow")),
        f"{why}{_waits(delivery)}",
    )


def _waits(delivery: DeliverySeen) -> str:
    """Until when, as far as a moment is known: a pause ends when somebody says so."""
    if delivery.retry_at and not delivery.settled_at:
        return f", not before {_time(delivery.retry_at)}"
    return f", until {_time(delivery.due_at)}" if delivery.state == "held" and delivery.reason in UNTIL_DUE else ""


def _next(found: Explained) -> Text:
    if found.next.at is None:
        return Text.assemble(("Next: ", "bold"), found.next.says)
    return Text.assemble(("Next: ", "bold"), (f"{_time(found.next.at)} UTC", "green"), f", {found.next.says}")


def _listed(parts: Iterable[str | None]) -> str:
    return ", ".join(part for part in parts if part)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"
