"""Whether what the rules want to send may be sent: mails to customers need a way out, and the time limits their order."""

from __future__ import annotations

from collections.abc import Iterable

from firstwin.outbox.limits import DEADLINE, limits, must_be_in_order
from firstwin.outbox.way_out import NoWayOutError, WayOut, missing, needs_way_out
from firstwin.rules.problems import Problem
from firstwin.rules.project import Project
from firstwin.rules.terms import Email, Rule
from firstwin.tools.check import Checked
from firstwin.tools.said import MINUTE, MISTAKES, Said


def stands_in_the_way(rules: Iterable[Rule], way_out: WayOut) -> str:
    """What has to be set before the mails of these rules may go out, in a sentence; empty when nothing is."""
    return missing(way_out) if any(_writes_to_customers(rule) for rule in rules) else ""


def must_have_a_way_out(rules: Iterable[Rule], way_out: WayOut) -> None:
    """Raises NoWayOutError that says what to set."""
    if sentence := stands_in_the_way(rules, way_out):
        raise NoWayOutError(sentence)


def said_of(checked: Checked, way_out: WayOut, *, waits: str) -> Said:
    """What a process says of these files. ``waits``: a sentence, where they wait for a plan."""
    mistakes = MISTAKES if checked.errors else ""
    return Said(
        wrong=tuple(filter(None, (mistakes, stands_in_the_way(checked.library.rules, way_out)))),
        degraded=(waits,) if waits else (),
        tick_every=checked.project.tick_every if checked.project else MINUTE,
    )


def must_keep_time(project: Project, killed_after: float) -> None:
    """Raises LimitsError where the time limits contradict each other. ``killed_after`` is in seconds."""
    deadlines = [float(sender.settings.get("deadline", DEADLINE)) for sender in project.senders.values()]
    must_be_in_order(limits(max(deadlines, default=DEADLINE), killed_after))


def problems(rules: Iterable[Rule], way_out: WayOut) -> list[Problem]:
    """A warning, as the files are right: it is this machine that could not send."""
    sentence = stands_in_the_way(rules, way_out)
    return [Problem(".env", 1, 1, sentence, severity="warning")] if sentence else []


def _writes_to_customers(rule: Rule) -> bool:
    """A rule in shadow sends nothing."""
    return (
        rule.mode == "live"
        and needs_way_out("email", rule.message_class)
        and any(isinstance(deed, Email) for deed in rule.deeds)
    )
