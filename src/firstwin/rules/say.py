"""A rule as one English sentence, with every default written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firstwin.rules.caps import Cap
from firstwin.rules.durations import say_duration
from firstwin.rules.project import ExpiresAfter, Project
from firstwin.rules.references import CSM
from firstwin.rules.say_start import say_start
from firstwin.rules.say_term import NO_LABELS, Labels, say_term
from firstwin.rules.terms import (
    Action,
    Alert,
    BecomesStart,
    Branch,
    Choose,
    DateStart,
    Digest,
    Email,
    EventStart,
    Recipient,
    Record,
    Rule,
    Split,
    Start,
    Step,
    Term,
    Variant,
    Webhook,
)
from firstwin.rules.terms_clock import ClockStart

__all__ = ["say", "say_action", "say_in_short", "say_start", "say_term", "say_wait"]

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
        f"About each {rule.about}: {say_start(rule.when, labels)}, {_deeds(rule, labels)}",
        *_over(rule, labels),
        *_until(rule, labels),
        _again(rule),
        _backfill(rule),
        *_held_out(rule),
        *_feed(rule),
        *_quiet(rule, project),
        *_caps(rule, project),
        *_expiry(rule, expiry),
        *_standing(rule),
    ]
    return "; ".join(said) + "."


def say_in_short(rule: Rule, labels: Labels = NO_LABELS) -> str:
    """What begins it and what it does, for whoever is told the conditions one by one."""
    begins = "when its state becomes true" if isinstance(rule.when, BecomesStart) else say_start(rule.when, labels)
    return f"About each {rule.about}: {begins}, {_in_short(rule, labels)}."


def _in_short(rule: Rule, labels: Labels) -> str:
    written = [step for step in rule.steps if step.number == 1]
    if len(written) == 1:
        return f"{_wait(written[0], rule.when)}{_repeated(written[0])}, {_actions(written[0].actions, labels)}"
    each = (f"“{step.name}” {_wait(step, rule.when)}{_repeated(step)}" for step in written)
    return f"in {len(written)} steps: {', '.join(each)}"


def _standing(rule: Rule) -> Iterator[str]:
    """A rule that only records has no message for a class or a priority to bear on, and records in shadow, too."""
    if rule.only_records:
        yield "it sends nothing"
        return
    yield f"its class is {rule.message_class}, its priority {rule.priority}"
    decides = "decides and records, and" if rule.milestones else "decides, and"
    yield "it is live" if rule.mode == "live" else f"it is in shadow: it {decides} sends nothing"


def say_wait(step: Step, start: Start) -> str:
    """When a step is due: “24 hours after the start”."""
    return _wait(step, start)


def say_action(action: Action, labels: Labels = NO_LABELS) -> str:
    """What is done: “send the email “welcome” to whoever did it”."""
    return _action(action, labels)


# ---- what is done ---------------------------------------------------------------------------------------------------


def _deeds(rule: Rule, labels: Labels) -> str:
    for_all = _gates(rule.unless, rule.only_if, labels)
    if not rule.steps[0].name:
        return _step(rule.steps[0], rule.when, for_all, labels)
    written = [step for step in rule.steps if step.number == 1]
    steps = "; ".join(f"(“{step.name}”) {_step(step, rule.when, '', labels)}" for step in written)
    return f"in {len(written)} step{'s'[: len(written) - 1]}{for_all and f', each{for_all}'}: {steps}"


def _step(step: Step, start: Start, for_all: str, labels: Labels) -> str:
    gates = for_all + _gates(step.unless, step.only_if, labels)
    deeds = _actions(step.actions, labels)
    return f"{_wait(step, start)}{_repeated(step)}{gates}, {deeds}"


def _repeated(step: Step) -> str:
    return f" and then every {say_duration(step.every)}, {step.times} times at most" if step.times > 1 else ""


def _wait(step: Step, start: Start) -> str:
    dated = isinstance(start, DateStart) or (isinstance(start, EventStart) and start.date is not None)
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


def _actions(actions: Iterable[Action], labels: Labels) -> str:
    return " and ".join(_action(action, labels) for action in actions)


def _action(action: Action, labels: Labels) -> str:
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
        case Digest():
            return _digest(action)
        case Choose(branches):
            return f"choose what holds first: {'; '.join(_branch(branch, labels) for branch in branches)}"
        case Split(variants):
            return f"split them by lot: {'; '.join(_variant(variant, labels) for variant in variants)}"


def _digest(digest: Digest) -> str:
    to = "each CSM about the accounts of their own" if digest.to == "csm" else f"“{digest.to}” about all of them"
    order = ""
    if digest.order_by:
        order = f" by {digest.order_by.of}, the {'lowest' if digest.order_by.lowest_first else 'highest'} first"
    return f"send one digest “{digest.template}” to {to}, with the first {digest.top}{order}"


def _branch(branch: Branch, labels: Labels) -> str:
    deeds = _actions(branch.actions, labels)
    return f"otherwise {deeds}" if branch.condition is None else f"if {say_term(branch.condition, labels)}, {deeds}"


def _variant(variant: Variant, labels: Labels) -> str:
    return f"{variant.share * 100:g}% (“{variant.name}”) {_actions(variant.actions, labels)}"


def _receiver(to: Recipient) -> str:
    if to.kind == "role":
        return f"each person with the role “{to.name}”"
    return f"the address in {to.name}" if to.kind == "address" else RECEIVERS[to.kind]


# ---- what holds for it ----------------------------------------------------------------------------------------------


def _over(rule: Rule, labels: Labels) -> Iterator[str]:
    if rule.over:
        deeds = _actions(rule.over.actions, labels)
        yield f"when the state is over, if any of this was sent, {deeds}"


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
    if rule.only_records:
        return "what was so before the rule was switched on is recorded as well"
    if isinstance(rule.when, ClockStart):
        return "what the clock struck before the rule was switched on is left alone"
    if rule.backfill:
        return f"starts up to {say_duration(rule.backfill)} before the rule was switched on are taken as well"
    return "starts from before the rule was switched on are left alone"


def _held_out(rule: Rule) -> Iterator[str]:
    if rule.hold_out:
        yield f"{rule.hold_out * 100:g}% are held out: always the same ones, who get nothing and count as nudged"


def _feed(rule: Rule) -> Iterator[str]:
    if rule.feed == "sparse":
        yield "what it waits for is rare, so that its silence holds nothing back"


def _quiet(rule: Rule, project: Project | None) -> Iterator[str]:
    hours = project.quiet_hours if project else None
    if hours and _mails_that_wait(rule):
        weekend = ", and over the weekend" if hours.weekends else ""
        yield f"an email waits from {hours.from_} until {hours.until} where its recipient is{weekend}"


def _caps(rule: Rule, project: Project | None) -> Iterator[str]:
    if project is None:
        return
    caps = project.caps
    of_mails = (("a person", caps.person), ("an account with all its people", caps.account))
    told = [_cap(who, "email", cap) for who, cap in of_mails if cap and _mails_that_wait(rule)]
    if caps.csm and any(isinstance(deed, Alert) and deed.to in {CSM, *project.csm.destinations} for deed in rule.deeds):
        told.append(_cap("a CSM", "alert", caps.csm))
    if told:
        yield f"{', and '.join(told)}, all rules together"


def _cap(who: str, what: str, cap: Cap) -> str:
    return f"{who} gets at most {cap.at_most} {what}{'s' * (cap.at_most > 1)} in {say_duration(cap.in_last)}"


def _mails_that_wait(rule: Rule) -> bool:
    """Nothing holds a mail that somebody waits for."""
    return rule.message_class != "service" and any(isinstance(deed, Email) for deed in rule.deeds)


def _expiry(rule: Rule, expiry: ExpiresAfter) -> Iterator[str]:
    defaults = {
        "email": (Email, expiry.email), "alert": (Alert, expiry.alert), "webhook": (Webhook, expiry.webhook),
        "digest": (Digest, expiry.alert),
    }  # fmt: skip
    for word, (kind, default) in defaults.items():
        if any(isinstance(deed, kind) for deed in rule.deeds):
            late = say_duration(rule.expires_after or default)
            yield f"{'an' if word[0] in 'ae' else 'a'} {word} that is {late} late is not sent any more"
