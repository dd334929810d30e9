"""`any_person`, `every_person` and `no_person`: what may stand in them, and where they may stand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import (
    All,
    Comparison,
    Count,
    Ever,
    Existed,
    InLast,
    Named,
    People,
    Property,
    PropertyName,
    SinceStart,
    Term,
)
from tests.rules.given import condition, loaded, rule_with, told

ADMIN = Property(PropertyName("person", "role"), (Comparison("is", ("admin",)),))
PRO = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))
LAST = InLast(timedelta(days=14))
ABOUT_PEOPLE = {"about": "person", "then": "{email: a, to: person}"}
OTHER_WAYS = "Put it into `any_person:`, `every_person:` or `no_person:`, or write the rule `about: person`."


def mistakes(written: str, **lines: str | None) -> list[str]:
    return told(loaded(rule_with(unless=None, only_if=written, **lines)))


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("{any_person: {person.role: admin}}", People("any", ADMIN)),
        ("{every_person: {did: login, since: ever}}", People("every", Count(("login",), Ever()))),
        ("{no_person: {did: login, since: start}}", People("no", Count(("login",), SinceStart()))),
        (
            "{every_person: {did_not: login, in_last: 14 days}}",
            People("every", All((Count(("login",), LAST, None, 0), Existed(LAST)))),
        ),
        ("{any_person: {all: [{person.role: admin}, {account.plan: pro}]}}", People("any", All((ADMIN, PRO)))),
        ("{any_person: {segment: admins}}", People("any", Named("admins", ADMIN))),
    ],
)
def test_a_condition_about_one_person_is_asked_of_all(written: str, term: Term) -> None:
    assert condition(written) == term


@pytest.mark.parametrize("head", ["any_person", "every_person", "no_person"])
def test_one_person_has_no_people(head: str) -> None:
    assert mistakes(f"{{{head}: {{person.role: admin}}}}", **ABOUT_PEOPLE) == [
        f"6:11 `{head}` asks about the people of an account, and this is about one person. Write the condition without `{head}:`."
    ]


def test_people_have_no_people() -> None:
    (problem,) = mistakes("{any_person: {no_person: {person.role: admin}}}")

    assert problem.startswith("6:24 `no_person` asks about the people of an account")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{person.role: admin}", f"6:11 `person.role`: this rule is about accounts, and an account has many people. {OTHER_WAYS}"),
        ("{any_person: {all: []}}", "6:29 Here a list of conditions is needed. Write one or more lines that begin with a dash: `- did: …`."),
        ("{any_person: [{person.role: admin}, {did: a}]}", "6:23 Several conditions need a word that joins them. Write `all:`, `any:` or `none:` before the list."),
        ("{any_person: {did: login}}", "6:24 `did:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example."),
        ("{any_person: {reached: activated}}", "6:33 `activated` is a milestone of accounts, and this rule is about people. Milestones are asked about the same kind of subject that they are recorded for."),
        ("{any_person: {did_not: login, in_last: 14 days}}", "6:11 warning: This is true as soon as one person of the account did not. If nobody may have, write `no_person:` and the condition without its “not”."),
        ("{any_account: {account.domain: start.domain}}", "6:10 A rule asks about one account and its people, never about another account. Let an import write what it finds there into a property, and ask for that: `account.domain_of_customer: true`."),
        ("{anyone: {person.role: admin}}", "6:10 `anyone` is no condition word. Did you mean `any_person`?"),
        ("{segment: admins}", "6:20 The segment `admins` asks about a person, and this rule is about accounts. Put it into `any_person: {segment: admins}`, or write the rule `about: person`."),
    ],
)  # fmt: skip
def test_a_mistake_about_people_is_told_with_what_to_write(written: str, problem: str) -> None:
    assert mistakes(written) == [problem]


def test_a_segment_may_ask_about_people_for_rules_about_accounts() -> None:
    segments = "with-admin: {any_person: {person.role: admin}}\n"
    written = "{segment: with-admin}"

    assert told(loaded(rule_with(unless=None, only_if=written), segments=segments)) == []
    assert told(loaded(rule_with(unless=None, only_if=written, **ABOUT_PEOPLE), segments=segments)) == [
        "6:20 The segment `with-admin` asks about the people of an account, and this is about one person. Take another segment, or write the condition itself."
    ]


def test_in_becomes_and_in_segments_people_have_no_start_either() -> None:
    (problem,) = told(loaded(rule_with(unless=None, when="{becomes: {no_person: {did: a, since: start}}}")))

    assert problem.startswith("2:45 `since: start` has nothing to count from")
