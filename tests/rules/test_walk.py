"""Questions about the whole of a condition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import (
    All,
    AnyOf,
    Changed,
    Comparison,
    Count,
    Done,
    Ever,
    Existed,
    InLast,
    Latest,
    Measure,
    Moved,
    Named,
    NoneOf,
    Nudged,
    Open,
    People,
    Property,
    PropertyName,
    Reached,
    Term,
    This,
    Usage,
)
from firstwin.rules.walk import asks_a_person, asks_of_people, contradicting, holds_at_birth, is_negative, reads, walk

A = Count(("a",), Ever())
NO_A = Count(("a",), Ever(), None, 0)
QUIET = All((Count(("a",), InLast(timedelta(7)), None, 0), Existed(InLast(timedelta(7)))))


USAGE = Usage(("a", "b"), timedelta(7), timedelta(28), "down", 0.5, 10)
SCORE = PropertyName("account", "score")


def prop(name: str, *comparisons: Comparison) -> Property:
    scope, _, rest = name.partition(".")
    return Property(PropertyName(scope, rest), comparisons)  # type: ignore[arg-type] # a scope by its name


ROLE = prop("person.role", Comparison("is", ("admin",)))
PLAN = prop("account.plan", Comparison("is", ("pro", "team")))


def test_every_part_is_walked_through_once() -> None:
    nested = All((A, AnyOf((NO_A, NoneOf((Named("s", ROLE),))))))

    assert [type(part).__name__ for part in walk(nested)] == [
        "All",
        "Count",
        "AnyOf",
        "Count",
        "NoneOf",
        "Named",
        "Property",
    ]


@pytest.mark.parametrize(
    ("term", "names"),
    [
        (A, {"a"}),
        (Count(("a", "b"), This("day")), {"a", "b", "firstwin.account.timezone"}),
        (QUIET, {"a", "firstwin.account.created_at"}),
        (PLAN, {"firstwin.account.plan"}),
        (prop("start.x", Comparison("is", (1.0,))), set()),
        (prop("account.used", Comparison("at_least", 0.8, "of", PropertyName("account", "seats"))), {"firstwin.account.used", "firstwin.account.seats"}),
        (Named("s", NoneOf((Reached("m"),))), {"firstwin.milestone.m"}),
        (USAGE, {"a", "b"}),
        (Moved(SCORE, "fell", 3, This("day")), {"firstwin.account.score", "firstwin.account.timezone"}),
        (Changed(SCORE, Ever()), {"firstwin.account.score"}),
        (Nudged("trial", Ever()), {"firstwin.nudged.trial"}),
        (People("any", All((ROLE, PLAN, A))), {"firstwin.person.role", "firstwin.account.plan", "firstwin.person.account", "a"}),
        (Measure("people", ("a",), Ever(), 0.5, of=PropertyName("account", "seats")), {"a", "firstwin.account.seats"}),
        (Measure("days", ("a",), Ever()), {"a", "firstwin.account.timezone"}),
        (Measure("total", ("a",), This("day")), {"a", "firstwin.account.timezone"}),
        (Open(("a",), ("b",), "x"), {"a", "b"}),
        (Latest(("a", "b"), ()), {"a", "b"}),
        (Done((A, Reached("m"))), {"a", "firstwin.milestone.m"}),
    ],
)  # fmt: skip
def test_a_condition_reads_facts_by_their_names(term: Term, names: set[str]) -> None:
    assert reads(term, "account") == names


def test_a_rule_about_a_person_that_asks_the_account_reads_which_account_it_is() -> None:
    assert reads(PLAN, "person") == {"firstwin.account.plan", "firstwin.person.account"}
    assert reads(Count(("a",), Ever(), anyone=True), "person") == {"a", "firstwin.person.account"}
    assert reads(ROLE, "person") == {"firstwin.person.role"}
    share = Measure("total", ("a",), Ever(), 0.5, of=PropertyName("account", "quota"))
    assert reads(share, "person") == {"a", "firstwin.account.quota", "firstwin.person.account"}


def test_a_property_that_moved_is_read_of_the_account_that_the_person_is_in() -> None:
    assert reads(Changed(SCORE, Ever()), "person") == {"firstwin.account.score", "firstwin.person.account"}


def test_the_people_of_an_account_are_asked_for_it_and_not_the_subject() -> None:
    people = Named("s", All((A, People("no", ROLE))))

    assert not asks_a_person(people)
    assert asks_of_people(people)
    assert asks_of_people(NoneOf((Usage(("a",), timedelta(7), timedelta(28), "up", 0.5, 10, people=True),)))
    assert not asks_of_people(All((USAGE, ROLE)))
    assert asks_a_person(Moved(PropertyName("person", "score"), "fell", 3, Ever()))
    assert ROLE in walk(people)


def test_a_person_may_be_asked_anywhere_inside() -> None:
    assert asks_a_person(Named("s", All((A, NoneOf((ROLE,))))))
    assert asks_a_person(prop("account.x", Comparison("at_least", 1.0, "above", PropertyName("person", "y"))))
    assert asks_a_person(Measure("total", ("a",), Ever(), 0.5, of=PropertyName("person", "quota")))
    assert not asks_a_person(All((A, PLAN)))


def test_what_did_not_happen_is_negative() -> None:
    negative: list[Term] = [NO_A, QUIET, NoneOf((A,))]
    others: list[Term] = [A, All((A, NO_A)), PLAN]

    assert [is_negative(term) for term in [*negative, *others]] == [True] * 3 + [False] * 3


def test_two_values_at_once_contradict() -> None:
    free = prop("account.plan", Comparison("is", ("free",)))
    pro = prop("account.plan", Comparison("is", ("pro", "free")))

    assert list(contradicting(All((PLAN, free)))) == [PropertyName("account", "plan")]
    assert list(contradicting(All((pro, free)))) == []
    assert list(contradicting(All((PLAN, prop("account.other", Comparison("is", ("free",))))))) == []


@pytest.mark.parametrize(
    "term",
    [
        NO_A,
        NoneOf((A,)),
        All((NO_A, NoneOf((PLAN,)))),
        AnyOf((A, NO_A)),
        Named("s", NO_A),
        prop("account.x", Comparison("exists", False)),
        People("no", A),
        Measure("total", ("a",), Ever(), None, 10),
        Measure("total", ("a",), Ever(), -5),
        Open(("a",), ("b",), "x", None, 2),
        Done((A, A), None, 1),
    ],
)
def test_some_states_hold_of_everybody_new(term: Term) -> None:
    assert holds_at_birth(term)


@pytest.mark.parametrize(
    "term",
    [
        A,
        QUIET,
        PLAN,
        USAGE,
        People("any", NO_A),
        People("every", NO_A),
        Reached("m"),
        NoneOf((NO_A,)),
        AnyOf((NO_A, A), 2),
        prop("account.x", Comparison("exists", True)),
        Measure("days", ("a",), Ever(), 1),
        Measure("total", ("a",), Ever(), None, -1),
        Measure("people", ("a",), Ever(), None, 0.5, of=PropertyName("account", "seats")),
        Open(("a",), ("b",), "x"),
        Latest(("a",), ()),
        Done((A, A), 1, 1),
    ],
)
def test_other_states_do_not(term: Term) -> None:
    assert not holds_at_birth(term)
