"""A rule as one English sentence, with every default written out."""

from __future__ import annotations

from collections.abc import Iterator

from firstwin.rules.durations import say_duration
from firstwin.rules.project import ExpiresAfter, Project
from firstwin.rules.say_term import NO_LABELS, Labels, happened, say_scalars, say_term, say_where
from firstwin.rules.terms import (
    Action,
    Alert,
    BecomesStart,
    ChangedStart,
    DateStart,
    Email,
    EventStart,
    Recipient,
    Record,
    Rule,
    Scalar,
    Start,
    Step,
    Term,
    Webhook,
)

__all__ = ["say", "say_action", "say_start", "say_term", "say_wait"]

MILESTONE = "firstwin.milestone."
RECEIVERS = {
    "person": "the person",
    "actor": "whoever did it",
    "contact": "the account's main contact",
    "everyone": "everyone in the account",
}


def say(rule: Rule, project: Project | None = None) -> str:
    """The rule read aloud. A project lends its words for events, and its own defaults."""
    labels = project.labels if project else NO_LABELS
    expiry = project.expires_after if project else ExpiresAfter()
    said = [
        f"About each {rule.about}: {_start(rule.when, labels)}, {_deeds(rule, labels)}",
        *_until(rule, labels),
        _again(rule),
        _backfill(rule),
        *_expiry(rule, expiry),
        f"its class is {rule.message_class}, its priority {rule.priority}",
        "it is live" if rule.mode == "live" else "it is in shadow: it decides, and sends nothing",
    ]
    return "; ".join(said) + "."


def say_start(start: Start, labels: Labels = NO_LABELS) -> str:
    """How it begins: “when “signed up” happens”."""
    return _start(start, labels)


def say_wait(step: Step, start: Start) -> str:
    """When a step is due: “24 hours after the start”."""
    return _wait(step, start)


def say_action(action: Action) -> str:
    """What is done: “send the email “welcome” to whoever did it”."""
    return _action(action)


# ---- the start ------------------------------------------------------------------------------------------------------


def _start(start: Start, labels: Labels) -> str:
    match start:
        case EventStart():
            return _event(start, labels)
        case DateStart(name):
            return f"counting from the date in {name}"
        case BecomesStart(condition):
            return f"when this becomes true, and for as long as it stays true: {say_term(condition, labels)}"
        case ChangedStart(name, old, new):
            return f"when {name} changes{_side('from', old)}{_side('to', new)}"


def _event(start: EventStart, labels: Labels) -> str:
    events = [_quoted(happened(name, labels)) for name in start.names if not name.startswith(MILESTONE)]
    reached = [f"“{name.removeprefix(MILESTONE)}”" for name in start.names if name.startswith(MILESTONE)]
    said = [f"{' or '.join(events)}{say_where(start.where)} happens"] if events else []
    said += [f"{' or '.join(reached)} is reached"] if reached else []
    per = f", separately for each {start.per}" if start.per else ""
    return f"when {' or '.join(said)}{_which(start.which)}{per}"


def _quoted(said: str) -> str:
    return said if said.startswith("“") else f"“{said}”"


def _which(which: str | int) -> str:
    counted = {"every": "", "first": " for the first time", "latest": ", counting anew each time"}
    return counted[which] if isinstance(which, str) else f" for the {_ordinal(which)} time"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _side(word: str, values: tuple[Scalar, ...] | None) -> str:
    if values is None:
        return ""
    return f" {word} {say_scalars(values) if values else 'not being set'}"


# ---- what is done ---------------------------------------------------------------------------------------------------


def _deeds(rule: Rule, labels: Labels) -> str:
    for_all = _gates(rule.unless, rule.only_if, labels)
    if not rule.steps[0].name:
        return _step(rule.steps[0], rule.when, for_all, labels)
    steps = "; ".join(f"(“{step.name}”) {_step(step, rule.when, '', labels)}" for step in rule.steps)
    return f"in {len(rule.steps)} steps{for_all and f', each{for_all}'}: {steps}"


def _step(step: Step, start: Start, for_all: str, labels: Labels) -> str:
    gates = for_all + _gates(step.unless, step.only_if, labels)
    deeds = " and ".join(_action(action) for action in step.actions)
    return f"{_wait(step, start)}{gates}, {deeds}"


def _wait(step: Step, start: Start) -> str:
    dated = isinstance(start, DateStart)
    if not step.wait:
        return "on the date itself" if dated else "at once"
    if isinstance(start, BecomesStart):
        return f"once it has lasted {say_duration(step.wait)} without a break"
    side = "before" if step.wait.total_seconds() < 0 else "after"
    return f"{say_duration(abs(step.wait))} {side} {'the date' if dated else 'the start'}"


def _gates(unless: Term | None, only_if: Term | None, labels: Labels) -> str:
    """Both are judged at the moment of sending, hence “by then”."""
    said = [f"unless by then {say_term(unless, labels)}"] if unless else []
    said += [f"only if by then {say_term(only_if, labels)}"] if only_if else []
    return f", {' and '.join(said)}" if said else ""


def _action(action: Action) -> str:
    match action:
        case Email(template, to):
            return f"send the email “{template}” to {_receiver(to)}"
        case Alert(template, "csm"):
            return f"send the alert “{template}” to the account's CSM"
        case Alert(template, to):
            return f"send the alert “{template}” to “{to}”"
        case Webhook(template, to):
            return f"call the webhook “{to}” with “{template}”"
        case Record(milestone):
            return f"record that “{milestone}” is reached"


def _receiver(to: Recipient) -> str:
    if to.kind == "role":
        return f"each person with the role “{to.name}”"
    return f"the address in {to.name}" if to.kind == "address" else RECEIVERS[to.kind]


# ---- what holds for it ----------------------------------------------------------------------------------------------


def _until(rule: Rule, labels: Labels) -> Iterator[str]:
    if rule.until:
        yield f"it ends, and nothing more is sent, once {say_term(rule.until, labels)}"


def _again(rule: Rule) -> str:
    per = f" and {rule.when.per}" if isinstance(rule.when, EventStart) and rule.when.per else ""
    match rule.again.kind:
        case "never":
            return f"never a second time for the same {rule.about}{per}"
        case "every time":
            return "again at every new start"
        case "after":
            return f"again for the same {rule.about}{per} only {say_duration(rule.again.after)} after the last time"


def _backfill(rule: Rule) -> str:
    if rule.backfill:
        return f"starts up to {say_duration(rule.backfill)} before the rule was switched on are taken as well"
    return "starts from before the rule was switched on are left alone"


def _expiry(rule: Rule, expiry: ExpiresAfter) -> Iterator[str]:
    actions = [action for step in rule.steps for action in step.actions]
    defaults = {"email": (Email, expiry.email), "alert": (Alert, expiry.alert), "webhook": (Webhook, expiry.webhook)}
    for word, (kind, default) in defaults.items():
        if any(isinstance(action, kind) for action in actions):
            late = say_duration(rule.expires_after or default)
            yield f"{'a webhook' if word == 'webhook' else f'an {word}'} that is {late} late is not sent any more"
