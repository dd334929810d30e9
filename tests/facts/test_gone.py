"""What names a person who is to be forgotten, and what only looks like it."""

from __future__ import annotations

import pytest

from firstwin.facts.gone import Gone

ADA = Gone(frozenset({"ada", "anon-7"}), frozenset({"Ada@Engines.example"}), frozenset({"engines"}))


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("ada", None),
        ("Ada", "Ada"),  # an id is what it is
        ("canada", "canada"),
        ("write to ada@engines.EXAMPLE", None),
        (["ada", "ben"], [None, "ben"]),
        (
            {"who": {"id": "anon-7"}, "n": 7, "on": True, "none": None},
            {"who": {"id": None}, "n": 7, "on": True, "none": None},
        ),
    ],
)
def test_a_value_is_left_without_what_names_her(value: object, left: object) -> None:
    assert ADA.without(value) == left


@pytest.mark.parametrize(
    ("name", "is_hers"),
    [
        ("group-ada-3", True),
        ("ADA_1", True),
        ("canada-3", False),
        ("m:anon-7", True),
        ("anon-77", False),
        ("x-ada@engines.example", True),
    ],
)
def test_a_made_up_name_is_hers_where_it_holds_her_own_as_a_word(name: str, is_hers: bool) -> None:
    assert ADA.is_part_of(name) is is_hers


def test_nothing_of_her_is_shown() -> None:
    assert "ada" not in repr(ADA).lower()
