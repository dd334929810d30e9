"""The keys of a rule, its defaults and its steps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import Again, Count, Email, EventStart, Recipient, Rule, SinceStart, Step
from tests.rules.given import loaded, rule_with, the_rule, told

FIRST_LOGIN = Email("first-login", Recipient("contact"))
STEPS = """
  one:
    then: {email: first-login, to: contact}
  two:
    after: 2 days
    unless: data_connected
    only_if: {account.plan: pro}
    then:
      - {email: first-login, to: contact}
      - {alert: a, to: csm}"""


def test_what_is_left_out_has_its_default() -> None:
    rule = the_rule(rule_with())

    assert rule == Rule(
        "x",
        "account",
        EventStart(("signed_up",)),
        (Step("", timedelta(days=1), (FIRST_LOGIN,)),),
        Again("never"),
        unless=Count(("logged_in",), SinceStart()),
        backfill=timedelta(0),
        expires_after=None,
        message_class="marketing",
        priority=0,
        mode="live",
        was=None,
        version=rule.version,
    )
    assert rule.source == rule_with()


@pytest.mark.parametrize("key", ["name", "id"])
def test_its_name_is_that_of_its_file(key: str) -> None:
    assert told(loaded(rule_with(**{key: "no-login"}))) == [
        "7:1 A rule's name is that of its file, without the ending. Take this line out."
    ]


def test_what_is_written_is_meant() -> None:
    rule = the_rule(
        rule_with(
            backfill="7 days", expires_after="2 hours", class_="service", priority="-5", mode="shadow", was="old-name"
        )
    )

    assert (rule.backfill, rule.expires_after) == (timedelta(days=7), timedelta(hours=2))
    assert (rule.message_class, rule.priority, rule.mode, rule.was) == ("service", -5, "shadow", "old-name")


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("never", Again("never")),
        ("every time", Again("every time")),
        ("{after: 30 days}", Again("after", timedelta(days=30))),
    ],
)
def test_again_is_one_of_three(written: str, again: Again) -> None:
    assert the_rule(rule_with(again=written)).again == again


def test_a_rule_without_mail_is_of_the_class_alert() -> None:
    assert the_rule(rule_with(then="{alert: a, to: csm}")).message_class == "alert"
    assert the_rule(rule_with(then="{alert: a, to: csm}", class_="service")).message_class == "service"


def test_steps_have_names_waits_and_gates_of_their_own() -> None:
    rule = the_rule(rule_with(after=None, unless=None, then=None, steps=STEPS))

    assert [(step.name, step.wait, len(step.actions)) for step in rule.steps] == [
        ("one", timedelta(0), 1),
        ("two", timedelta(days=2), 2),
    ]
    assert rule.steps[1].unless == Count(("data_connected",), SinceStart())
    assert rule.steps[1].only_if is not None
    assert (rule.unless, rule.only_if) == (None, None)


def test_before_a_date_is_a_negative_wait() -> None:
    steps = (
        "{week: {before: 7 days, then: {record: a}}, day: {then: {record: b}}, late: {after: 1 day, then: {record: c}}}"
    )
    rule = the_rule(rule_with(when="{date: account.trial_ends_at}", after=None, unless=None, then=None, steps=steps))

    assert [step.wait.days for step in rule.steps] == [-7, 0, 1]


def test_the_keys_that_must_be_there_are_asked_for_all_at_once() -> None:
    assert [problem.split(" is missing")[0] for problem in told(loaded("mode: live\n"))] == [
        "1:1 The rule does nothing: `then:`",
        "1:1 `about:`",
        "1:1 `again:`",
        "1:1 `when:`",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "1:1 A rule needs more than one value. A rule file begins with `about: account`, then `when: …`, each in a line of its own."),
        ("signed_up\n", "1:1 A rule needs more than one value. A rule file begins with `about: account`, then `when: …`, each in a line of its own."),
        ("null\n", "1:1 A rule is empty. A rule file begins with `about: account`, then `when: …`, each in a line of its own."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_set_of_keys_is_told_what_a_rule_looks_like(text: str, problem: str) -> None:
    assert told(loaded(text)) == [problem]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("[{ask: {then: {record: a}}}]", "4:8 Steps have names, so that one can be put in between later. Write `ask:` without the dash, and below it, indented, its `after:` and `then:`."),
        ("[{name: ask, then: {record: a}}]", "4:8 Steps have names, so that one can be put in between later. Write `ask:` in place of `- name: ask`, and below it, indented, what stands there now."),
        ("[{then: {record: a}}]", "4:8 Steps have names, so that one can be put in between later. Write `steps:` and below it, indented, `welcome:` in place of each dash."),
        ("{}", "4:8 There are no steps. Write at least one, with a name: `welcome: {then: …}`."),
        ("{one: {after: 1 day}}", "4:14 `then:` is missing. Write what to do: `then: {email: welcome, to: contact}`."),
        ("{One Two: {then: {record: a}}}", "4:9 `One Two` cannot be the name of a step: use small letters, digits, `-` and `_`. Write `one-two`."),
        ("{one: a}", "4:14 A step needs more than one value. Write `after: 2 days` and `then: …` below the step's name, indented."),
        ("{one: {before: 1 day, then: {record: a}}}", "4:15 `before` counts back from a date, and this rule does not start with one. Write `after`, or start the rule with `when: {date: account.trial_ends_at}`."),
        ("{one: {then: {record: a}, wait: 3}}", "4:34 A step has no `wait`. Did you mean `after`?"),
    ],
)  # fmt: skip
def test_a_mistaken_step_is_told(steps: str, problem: str) -> None:
    assert told(loaded(rule_with(after=None, unless=None, then=None, steps=steps))) == [problem]


def test_mistakes_of_form_and_of_meaning_are_told_together() -> None:
    text = rule_with(
        aftr="24 hours",
        unless="{did: logged_in}",
        only_if="{did_not: x, within: 48 hours}",
        then="{email: a, to: person}",
        again=None,
        steps=None,
    )

    assert [problem.split(" ")[0] for problem in told(loaded(text))] == ["1:1", "4:10", "5:22", "6:1", "7:31"]


def test_a_broken_key_raises_no_doubts_about_others() -> None:
    """A wait that cannot be read is not no wait, and an unreadable start has whatever it is asked for."""
    assert len(told(loaded(rule_with(after="soon")))) == 1
    assert len(told(loaded(rule_with(after="soon", unless=None, only_if="{did_not: a, within: 9 days}")))) == 1
    assert len(told(loaded(rule_with(when="{evnt: a}", then="{email: a, to: actor}")))) == 1
    assert len(told(loaded(rule_with(when="{evnt: a}", unless=None, only_if="{start.x: 1}")))) == 1
    assert len(told(loaded(rule_with(about="user", then="{email: a, to: person}")))) == 1


def test_shares_and_feeds_have_defaults_that_change_nothing() -> None:
    plain, full = the_rule(rule_with()), the_rule(rule_with(hold_out="12.5%", feed="sparse"))
    assert (plain.hold_out, plain.feed) == (0, "usual")
    assert (full.hold_out, full.feed) == (0.125, "sparse")
    assert plain.version != full.version


def test_a_rule_that_only_records_has_nobody_to_hold_out() -> None:
    assert told(loaded(rule_with(then="{record: z}", hold_out="10%"))) == [
        "7:1 This rule sends nothing, so that nobody can be held out. Hold out where the messages are sent."
    ]
