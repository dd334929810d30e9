"""What came of the demo: for each rule the messages that arrived, and what was not sent and why."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from sqlalchemy import Connection, func, select

from firstwin.db.tables import delivery
from firstwin.demo.companies import COMPANIES
from firstwin.demo.happenings import activated
from firstwin.outbox.states import State
from firstwin.tools.reasons import in_words
from firstwin.tools.status import Status

NEXT: Final = "Next: `firstwin init acme` writes a project of your own, with all of these rules."


def summary(connection: Connection, found: Status) -> RenderableType:
    """A table, and a sentence for each of the sums."""
    sent = _sent(connection)
    table = Table(box=box.SIMPLE_HEAD, title="What went out", title_justify="left")
    table.add_column("rule")
    for column in ("mails", "alerts"):
        table.add_column(column, justify="right")
    table.add_column("not sent, and why")
    for rule in found.rules:
        skips = ", ".join(f"{count} {reason}" for reason, count in rule.skips.items())
        table.add_row(rule.id, str(sent[rule.id, "email"] or ""), str(sent[rule.id, "alert"] or ""), skips)
    total = sum(sent.values())
    sums = f"{total} messages delivered; {activated(connection)} of {len(COMPANIES)} accounts had their first win."
    return Group("", table, *_meanings(found), "", sums, *_left(found), "", NEXT)


def _meanings(found: Status) -> list[str]:
    reasons = dict.fromkeys(reason for rule in found.rules for reason in rule.skips)
    return [f"  {reason}: {in_words(reason)}" for reason in sorted(reasons)]


def _sent(connection: Connection) -> Counter[tuple[str, str]]:
    c = delivery.c
    query = select(c.rule, c.channel, func.count()).where(c.state == State.DELIVERED.value).group_by(c.rule, c.channel)
    return Counter({(rule, channel): count for rule, channel, count in connection.execute(query)})


def _left(found: Status) -> list[str]:
    others = {state: count for state, count in found.deliveries.items() if state != State.DELIVERED.value}
    return [f"{count} deliveries {state}." for state, count in others.items()]
