"""The names in rule tests that must be known elsewhere: rules, steps, templates, people, and times that the worker sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstwin.rules.durations import say_duration
from firstwin.rules.problems import Problem, did_you_mean, listed, nearest
from firstwin.rules.project import Project
from firstwin.rules.ruletest import Happening, RuleTest, Wanted
from firstwin.rules.ruletest_file import Written
from firstwin.rules.ruletest_times import written as time_written
from firstwin.rules.terms import Action, Alert, DateStart, Digest, Email, Record, Rule, Webhook
from firstwin.rules.terms_clock import ClockStart
from firstwin.tick.slots import slot_of
from firstwin.tools.check import CHANNELS, Checked
from firstwin.tools.ruletests.reasons import codes
from firstwin.tools.ruletests.telling import NOBODY, Cast, cast_of

KINDS: dict[type, str] = {Email: "email", Alert: "alert", Webhook: "webhook", Digest: "digest", Record: "record"}


def misnamed(written: Written, checked: Checked, project: Project) -> Iterator[Problem]:
    """Every name that nothing answers to."""
    test, library = written.test, checked.library
    rules = [library.rule(name) for name in test.rule]
    for place, (name, rule) in enumerate(zip(test.rule, rules, strict=True)):
        if rule is None and name not in library.files:
            suggestion = did_you_mean(name, library.files) or "A rule's name is that of its file, without `.yaml`."
            yield written.problem(f"There is no rule `{name}`.", suggestion, "rule", place)
    if None not in rules:
        yield from _Names(written, [rule for rule in rules if rule], checked, project).problems()


def _again_and_again(rule: Rule) -> str:
    if isinstance(rule.when, DateStart) and rule.when.yearly:
        return "each year"
    return "by the clock" if isinstance(rule.when, ClockStart) else ""


class _Names:
    def __init__(self, written: Written, rules: Sequence[Rule], checked: Checked, project: Project) -> None:
        self._written = written
        self._test: RuleTest = written.test
        self._rules = rules
        self._library = checked.library
        self._project = project
        self._templates = checked.templates
        self._cast: Cast = cast_of(written.test)
        self._people = [str(person["id"]) for person in self._cast.people] or [NOBODY]
        self._accounts = [str(account["id"]) for account in self._cast.accounts]

    def problems(self) -> Iterator[Problem]:
        for number, happening in enumerate(self._test.events):
            yield from self._of_event(happening, number)
        for number, wanted in enumerate(self._test.expect):
            yield from self._of_wanted(wanted, number)
        endless = [(rule.id, how) for rule in self._rules if (how := _again_and_again(rule))]
        if endless and self._test.until is None:
            message = f"`{endless[0][0]}` begins {endless[0][1]}, again and again."
            yield self._written.problem(message, "Say when the test ends: `until: 2026-03-27 09:00`.")
        if self._test.because:
            yield from self._code(self._test.because, "because")

    # ---- what happens ----

    def _of_event(self, each: Happening, number: int) -> Iterator[Problem]:
        at = ("events", number)
        yield from self._one_of("person", each.by, self._people, *at, "by")
        yield from self._one_of("account", each.account, self._accounts, *at, "account")
        if each.group is not None and self._cast.where(each) is None:
            message = "It does not say of which account."
            yield self._written.problem(message, f"Write `account: {(self._accounts or ['a1'])[0]}` beside it.", *at)
        if each.arrives is not None and each.arrives < each.at:
            message = "It arrives before it happens."
            yield self._written.problem(message, "Nobody hears of what has not happened yet.", *at, "arrives")
        if each.event is not None:
            yield from self._event(each.event, *at)

    def _event(self, name: str, *at: str | int) -> Iterator[Problem]:
        """No rule reads it, and it sounds like one that some rule reads: most likely a slip."""
        known = {name for reads in self._library.reads.values() for name in reads if not name.startswith("firstwin.")}
        meant = nearest(name, {*known, *self._library.milestones})
        if name not in known and name not in self._library.milestones and meant:
            yield self._written.problem(f"No rule reads `{name}`.", f"Did you mean `{meant}`?", *at, warns=True)

    # ---- what is expected ----

    def _of_wanted(self, wanted: Wanted, number: int) -> Iterator[Problem]:
        at = ("expect", number)
        yield from self._one_of("account", wanted.account, self._accounts, *at, "account")
        yield from self._one_of("person", wanted.person, self._people, *at, "person")
        yield from self._one_of("rule", wanted.rule, self._test.rule, *at, "rule")
        if wanted.because and wanted.sends:
            yield from self._code(wanted.because, *at, "because")
        if wanted.at is not None and slot_of(wanted.at, self._project.tick_every) != wanted.at:
            yield self._off_the_grid(wanted, *at)
        rules = [rule for rule in self._rules if wanted.rule in (None, rule.id)]
        if len(rules) > 1 and wanted.rule is None:
            message = "It does not say which rule's message that is."
            yield self._written.problem(message, f"Write `rule: {rules[0].id}` beside it.", *at)
        elif rules:
            yield from self._of_rule(wanted, rules[0], *at)

    def _of_rule(self, wanted: Wanted, rule: Rule, *at: str | int) -> Iterator[Problem]:
        steps = list(dict.fromkeys(step.base for step in rule.all_steps if step.name))
        if wanted.step is not None and not steps:
            yield self._written.problem(f"The rule `{rule.id}` has no steps.", "Leave `step:` out.", *at, "step")
        elif wanted.step is not None and wanted.step not in steps:
            suggestion = did_you_mean(wanted.step, steps) or f"It has {listed(steps, 'and')}."
            yield self._written.problem(f"The rule `{rule.id}` has no step `{wanted.step}`.", suggestion, *at, "step")
        else:
            yield from self._action(wanted, rule, *at)
        yield from self._receiver(wanted, *at)

    def _action(self, wanted: Wanted, rule: Rule, *at: str | int) -> Iterator[Problem]:
        actions = [action for step in rule.all_steps if wanted.step in (None, step.base) for action in step.actions]
        there = [_named(action) for action in actions]
        if wanted.action is None or None in there or wanted.action in there:
            return
        kind, name = wanted.action
        if any(self._is_missing(*each) for each in there if each) and not self._is_missing(kind, name):
            return  # the mistake is the rule's, which names a template that is not there, and is told of it
        of_kind = [each[1] for each in there if each and each[0] == kind]
        suggestion = did_you_mean(name, of_kind) or f"It does {listed([f'{k}: {n}' for k, n in filter(None, there)])}."
        yield self._written.problem(f"The rule `{rule.id}` never does `{kind}: {name}`.", suggestion, *at, kind)

    def _is_missing(self, kind: str, name: str) -> bool:
        """Whether it is a template that is not there."""
        there = self._templates
        return there is not None and any(c == kind and name not in there.names(c) for c in CHANNELS.values())

    def _receiver(self, wanted: Wanted, *at: str | int) -> Iterator[Problem]:
        """An address may come from anywhere in the data, so that only names are compared."""
        if wanted.to is None or "@" in wanted.to:
            return
        known = (*self._people, *self._project.senders)
        if wanted.to not in known:
            suggestion = did_you_mean(wanted.to, known) or f"There are {listed(known, 'and')}."
            message = f"Nobody here is called `{wanted.to}`."
            yield self._written.problem(message, suggestion, *at, "to")

    def _off_the_grid(self, wanted: Wanted, *at: str | int) -> Problem:
        every, moment = self._project.tick_every, wanted.at
        if moment is None:
            raise ValueError(wanted)
        message = f"The worker looks once in {say_duration(every)} (`tick_every`), and never at {time_written(moment)}."
        return self._written.problem(message, f"Write `{time_written(slot_of(moment, every) + every)}`.", *at, "at")

    # ---- names ----

    def _one_of(self, what: str, name: str | None, known: Sequence[str], *at: str | int) -> Iterator[Problem]:
        if name is not None and name not in known:
            there = f"There is {listed(known, 'and')}." if known else "`given` names none."
            yield self._written.problem(f"There is no {what} `{name}` here.", did_you_mean(name, known) or there, *at)

    def _code(self, because: str, *at: str | int) -> Iterator[Problem]:
        """A word with an underscore is meant as a code."""
        if "_" in because and " " not in because and because not in codes():
            suggestion = did_you_mean(because, codes()) or f"There are {listed(codes(), 'and')}."
            yield self._written.problem(f"`{because}` is no reason.", suggestion, *at)


def _named(action: Action) -> tuple[str, str] | None:
    """Like (``email``, its template); None for one that only its own file understands."""
    kind = KINDS.get(type(action))
    name = action.milestone if isinstance(action, Record) else getattr(action, "template", "")
    return None if kind is None else (kind, str(name))
