"""How conditions are joined, and the words that name a condition."""

from __future__ import annotations

from firstwin.rules.terms import All, AnyOf, Comparison, Count, Ever, Named, NoneOf, Property, PropertyName, Reached
from tests.rules.given import condition, loaded, told, with_gate

DID_A = Count(("a",), Ever())
PRO = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))


def test_all_any_and_none_join_conditions() -> None:
    parts = "[{did: a, since: ever}, {account.plan: pro}]"

    assert condition(f"{{all: {parts}}}") == All((DID_A, PRO))
    assert condition(f"{{any: {parts}}}") == AnyOf((DID_A, PRO), 1)
    assert condition(f"{{any: {parts}, at_least: 2}}") == AnyOf((DID_A, PRO), 2)
    assert condition(f"{{none: {parts}}}") == NoneOf((DID_A, PRO))


def test_joined_conditions_nest() -> None:
    found = condition("{all: [{any: [{account.plan: pro}, {none: [{account.plan: pro}]}]}, {did: a, since: ever}]}")

    assert found == All((AnyOf((PRO, NoneOf((PRO,)))), DID_A))


def test_a_milestone_is_meant_ever_and_a_list_means_any_of_them() -> None:
    assert condition("{reached: activated}") == Reached("activated")
    assert condition("{reached: [activated, activated]}") == AnyOf((Reached("activated"), Reached("activated")))


def test_a_segment_keeps_its_name() -> None:
    health = Property(PropertyName("account", "health"), (Comparison("at_most", 50.0),))

    assert condition("{segment: at-risk}") == Named("at-risk", health)


def test_a_segment_about_people_stands_in_a_rule_about_people() -> None:
    found = condition("{segment: admins}", about="person", then="{email: a, to: person}")

    assert found == Named("admins", Property(PropertyName("person", "role"), (Comparison("is", ("admin",)),)))


def test_every_mistake_in_joined_conditions_is_told() -> None:
    problems = told(
        loaded(with_gate("only_if: {all: [{did: a}, {any: [{reached: x}, {segment: y}]}, {account.z: {gt: 1}}]}"))
    )

    assert len(problems) == 2  # what stands wrong in a part hides what its names mean, and nothing else
