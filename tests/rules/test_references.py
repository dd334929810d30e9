"""Names that one file speaks of and another declares."""

from __future__ import annotations

from firstwin.rules.references import events, templates
from tests.rules.given import ACTIVATED, loaded, rule_with


def test_templates_that_are_not_there_are_told_by_channel() -> None:
    text = rule_with(
        then="[{email: first-login, to: contact}, {email: frist, to: contact}, {alert: first-login, to: csm}, {webhook: w, to: crm}]"
    )
    there = {"email": ["first-login", "first"], "alert": ["second"]}

    assert [str(problem) for problem in templates(loaded(text).uses, there)] == [
        "rules/x.yaml:5:51 There is no template templates/mail/frist.md. Did you mean `first`?",
        "rules/x.yaml:5:80 There is no template templates/alert/first-login.md. Write the file templates/alert/first-login.md.",
        "rules/x.yaml:5:113 There is no template templates/webhook/w.json. Write the file templates/webhook/w.json.",
    ]


def test_an_event_that_never_came_raises_a_doubt_and_a_guess() -> None:
    library = loaded(rule_with(unless="loged_in", until="{did: [activted, gone], since: ever}"), activated=ACTIVATED)

    seen = {"signed_up", "logged_in", "data_connected"}

    assert [str(problem) for problem in sorted(events(library.uses, seen, library.milestones))] == [
        "rules/x.yaml:4:9 warning: No event `loged_in` has ever come in. Did you mean `logged_in`?",
        "rules/x.yaml:7:15 warning: No event `activted` has ever come in. Did you mean `activated`?",
        "rules/x.yaml:7:25 warning: No event `gone` has ever come in. Is it sent under another name, or not yet?",
    ]


def test_what_a_rule_tells_from_an_event_is_not_what_it_meant() -> None:
    library = loaded(rule_with(when="{event: sync_failed}", unless="sync_fixed"))

    assert [str(problem) for problem in events(library.uses, {"sync_failed"}, library.milestones)] == [
        "rules/x.yaml:4:9 warning: No event `sync_fixed` has ever come in. Is it sent under another name, or not yet?"
    ]


def test_events_are_spoken_of_in_starts_gates_states_and_segments() -> None:
    library = loaded(
        rule_with(when="{becomes: {did: a, since: ever}}", unless="b", only_if="{did_not: c, since: ever}"),
        y=rule_with(when="{event: [d, e]}", only_if="{segment: s}"),
        segments="s: {did: f, since: ever}",
    )

    assert {use.name for use in library.uses if use.kind == "event"} == {*"abcdef", "logged_in"}


def test_a_milestone_that_is_an_event_as_well_is_refused() -> None:
    library = loaded(rule_with(then="{record: first_win}", unless=None))

    assert [
        str(problem)
        for problem in events(library.uses, {"first_win", "signed_up", "data_connected"}, library.milestones)
    ] == [
        "rules/x.yaml:4:16 Events called `first_win` come in, and a milestone may not have an event's name. Rename it."
    ]
