"""The alert that tells of a destination which takes nothing any more."""

from __future__ import annotations

from firstwin.deliver.context import Background
from firstwin.messages.message import AlertCard
from firstwin.outbox.claim import Leased


def notice(leased: Leased, known: Background) -> AlertCard:
    name, why = (str(known.start.props[key]) for key in ("destination", "why"))
    return AlertCard(
        key=leased.key,
        title=f"Firstwin sends nothing to {name} any more",
        body=f"What goes to {name} is held back, and expires as it would.",
        why=f"It is disabled: {why}.",
        since=f"{known.start.at:%Y-%m-%d %H:%M} UTC",
        next_step=f"When it works again: `firstwin senders test {name}`, then `firstwin senders enable {name}`.",
        possible_repeat=leased.possible_repeat,
    )
