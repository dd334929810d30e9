"""Rule files read together."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.library import load_library
from firstwin.rules.project import Project
from tests.rules.given import ACTIVATED, loaded, rule_with, told

RECORDS = "about: account\nwhen: {start}\nthen: {{record: {milestone}}}\nagain: never\n"


def recorder(milestone: str, start: str) -> bytes:
    return RECORDS.format(milestone=milestone, start=start).encode()


def test_a_rule_stands_after_those_whose_milestones_it_reads() -> None:
    library = load_library(
        {
            "rules/a.yaml": recorder("third", "{becomes: {reached: second}}"),
            "rules/b.yaml": recorder("second", "first"),
            "rules/c.yaml": recorder("first", "signed_up"),
            "rules/d.yaml": rule_with(unless="first").encode(),
        }
    )

    assert library.problems == ()
    assert [rule.id for rule in library.rules] == ["c", "b", "a", "d"]
    assert library.milestones == {"third": ("a",), "second": ("b",), "first": ("c",)}


def test_a_milestone_may_have_several_recorders() -> None:
    library = load_library(
        {
            "rules/b.yaml": recorder("first", "signed_up"),
            "rules/c.yaml": recorder("first", "invited"),
            "rules/a.yaml": rule_with(unless="first").encode(),
        }
    )

    assert library.milestones == {"first": ("b", "c")}
    assert [rule.id for rule in library.rules] == ["b", "c", "a"]


def test_a_circle_of_records_is_refused_and_its_rules_are_left_out() -> None:
    library = load_library(
        {
            "rules/a.yaml": recorder("first", "{becomes: {reached: second}}"),
            "rules/b.yaml": recorder("second", "first"),
            "rules/c.yaml": rule_with().encode(),
        }
    )

    assert [str(problem) for problem in library.problems] == [
        "rules/a.yaml:2:27 These rules wait for each other's milestones: a → b → a. Take the milestone out of one of the conditions."
    ]
    assert [rule.id for rule in library.rules] == ["c"]


def test_all_problems_of_all_files_are_told_in_order() -> None:
    library = load_library({"rules/b.yaml": b"{", "rules/a.yaml": b"about: x\nwhn: y\n", "rules/C.yml": b"a: 007"})

    assert [str(problem).split(" ")[0] for problem in library.problems] == [
        "rules/C.yml:1:1",
        "rules/C.yml:1:4",
        "rules/a.yaml:1:1",
        "rules/a.yaml:1:1",
        "rules/a.yaml:1:8",
        "rules/a.yaml:2:1",
        "rules/b.yaml:1:1",
    ]


def test_a_mistake_in_a_milestones_own_file_is_told_only_there() -> None:
    library = loaded(rule_with(unless="activated"), activated=ACTIVATED.replace("again: never", "agin: never"))

    assert told(library) == []
    assert len(told(library, "rules/activated.yaml")) == 1


def test_a_rule_with_an_error_is_left_out_and_one_with_a_warning_is_not() -> None:
    library = loaded(rule_with(after=None), broken=rule_with(again="once"))

    assert [problem.severity for problem in library.problems] == [
        "error",
        "warning",
    ]
    assert {rule.id for rule in library.rules} == {"x"}


def test_the_names_that_a_rule_reads_are_known() -> None:
    only_if = "{all: [{did_not: a, in_last: 3 days}, {did: b, this: week}, {segment: at-risk}, {start.x: 1}]}"
    library = loaded(rule_with(unless="activated", only_if=only_if))

    assert library.reads["x"] == {
        "signed_up",
        "a",
        "b",
        "firstwin.milestone.activated",
        "firstwin.account.created_at",
        "firstwin.account.timezone",
        "firstwin.account.health",
    }


def test_a_version_stays_while_the_meaning_stays() -> None:
    one = loaded(rule_with()).rule("x")
    other = loaded("# a remark\n" + rule_with(after="1 day", mode="live", unless="[logged_in]")).rule("x")

    assert one is not None
    assert other is not None
    assert one.version == other.version
    assert one.source != other.source


def test_a_version_changes_with_the_rule_its_segments_and_its_recorders() -> None:
    text = rule_with(unless="activated", only_if="{segment: at-risk}")
    libraries = [
        loaded(text),
        loaded(text.replace("24 hours", "25 hours")),
        loaded(text, segments="at-risk: {account.health: {at_most: 51}}"),
        loaded(text, activated=ACTIVATED.replace("data_connected", "report_sent")),
    ]
    versions = {rule.version for library in libraries if (rule := library.rule("x"))}

    assert len(versions) == len(libraries)


def test_true_and_one_have_different_versions() -> None:
    one, other = (loaded(rule_with(only_if=f"{{account.x: {value}}}")).rule("x") for value in ("true", "1"))

    assert one is not None
    assert other is not None
    assert one.version != other.version


def test_a_milestone_is_asked_about_whom_it_is_recorded_for() -> None:
    text = rule_with(about="person", unless="activated", then="{email: a, to: person}")

    assert told(loaded(text)) == [
        "4:9 `activated` is a milestone of accounts, and this rule is about people. Milestones are asked about the same kind of subject that they are recorded for."
    ]


def test_a_former_name_belongs_to_one_rule_that_is_gone() -> None:
    library = loaded(
        rule_with(was="activated"), y=rule_with(was="old", priority="1"), z=rule_with(was="old", priority="2")
    )

    assert told(library) == [
        "7:6 The rule `activated` is still there. `was:` names a rule that was renamed: delete its old file."
    ]
    assert told(library, "rules/z.yaml") == [
        "7:6 rules/y.yaml says `was: old` too. Only one rule can be the renamed one."
    ]


def test_two_rules_that_say_the_same_raise_a_doubt() -> None:
    library = loaded(rule_with(), y=rule_with(after="1 day"))

    assert told(library, "rules/y.yaml") == [
        "1:1 warning: This rule says the same as rules/x.yaml. Delete one of the two, or change it."
    ]


def test_a_destination_must_be_declared_when_the_project_is_known() -> None:
    project = Project.model_validate({"name": "Acme", "senders": {"cs-team": {"type": "slack"}}})
    files = {
        "rules/a.yaml": rule_with(then="{alert: a, to: cs-tema}").encode(),
        "rules/b.yaml": rule_with(then="{webhook: a, to: crm}").encode(),
        "rules/c.yaml": rule_with(then="{alert: a, to: csm}").encode(),
        "rules/d.yaml": rule_with().encode(),
        "rules/e.yaml": rule_with(then="{alert: a, to: cs-team}").encode(),
    }

    assert load_library(files).problems == ()
    assert [str(problem) for problem in load_library(files, project).problems] == [
        "rules/a.yaml:5:22 firstwin.yaml declares no sender `cs-tema`. Did you mean `cs-team`?",
        "rules/b.yaml:5:24 firstwin.yaml declares no sender `crm`. There are `cs-team` and `csm`.",
        "rules/c.yaml:5:22 warning: Accounts without a CSM of their own have nobody who gets this. Name one in firstwin.yaml: `csm: {fallback: cs-team}`.",
        "rules/d.yaml:5:15 firstwin.yaml does not say how mail is sent. Write `mail:` there, with a `sender:` and a `from:`.",
    ]


@given(st.dictionaries(st.text(max_size=12), st.binary(max_size=120), max_size=3))
def test_whatever_files_there_are_nothing_is_raised(files: dict[str, bytes]) -> None:
    library = load_library(files)

    assert len(library.rules) + len(library.problems) >= len(files)


RULEISH = st.recursive(
    st.sampled_from(
        ["a", "activated", "account.x", "start", "ever", "never", "csm", "7 days", "50%", 3, 0, -1.5, True, None, ""]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "about",
                    "when",
                    "after",
                    "before",
                    "unless",
                    "only_if",
                    "until",
                    "then",
                    "steps",
                    "again",
                    "event",
                    "date",
                    "becomes",
                    "changed",
                    "from",
                    "to",
                    "per",
                    "which",
                    "where",
                    "did",
                    "did_not",
                    "since",
                    "in_last",
                    "within",
                    "between",
                    "this",
                    "same",
                    "by",
                    "at_least",
                    "at_most",
                    "exactly",
                    "of",
                    "above",
                    "exists",
                    "account.x",
                    "person.y",
                    "start.z",
                    "all",
                    "any",
                    "none",
                    "reached",
                    "segment",
                    "email",
                    "alert",
                    "webhook",
                    "record",
                    "role",
                    "address",
                    "total",
                    "every",
                    "class",
                    "priority",
                    "was",
                    "one",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["about", "when", "unless", "only_if", "until", "then", "steps", "again", "after"]), RULEISH
    ),
    RULEISH,
)
def test_whatever_stands_in_a_rule_is_a_rule_or_a_problem(rule: dict[str, object], segments: object) -> None:
    files = {
        "rules/x.yaml": json.dumps({"about": "account", **rule}).encode(),
        "rules/segments.yaml": json.dumps(segments).encode(),
    }

    library = load_library(files)

    assert library.rule("x") is not None or any(problem.file == "rules/x.yaml" for problem in library.problems)
    assert all(problem.message[:1].strip() for problem in library.problems)
