"""A name behind a `#` is looked up all the same."""

from __future__ import annotations

import pytest

from firstwin.rules.library import load_library
from firstwin.rules.project import parse_project

PROJECT = b"""\
name: Acme
link: https://app.example.com
postal_address: x
mail: {sender: mail, from: Acme <a@example.com>}
senders:
  mail: {type: inbox}
  success-team: {type: inbox}
"""
BEGINS = "about: account\nwhen: signed_up\nafter: 1 day\n"


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("then: {alert: a, to: #success}", ["4:22 The bracket", "4:23 firstwin.yaml declares no sender `success`. Did you mean `success-team`?"]),
        ("then:\n  alert: a\n  to: #success", ["6:3 `to:` has no value.", "6:8 firstwin.yaml declares no sender `success`. Did you mean `success-team`?"]),
        ("then:\n  alert: a\n  to: #success-team", ["6:3 `to:` has no value."]),
        ("then:\n  email: a\n  to: #success", ["6:3 `to:` has no value."]),
    ],
)  # fmt: skip
def test_one_look_tells_both(then: str, told: list[str]) -> None:
    project, problems = parse_project(PROJECT, {}, "firstwin.yaml")
    assert project is not None, problems
    library = load_library({"rules/x.yaml": f"{BEGINS}{then}\nagain: never\n".encode()}, project)
    found = [str(problem).removeprefix("rules/x.yaml:") for problem in library.problems]
    assert [one.startswith(begins) for one, begins in zip(found, told, strict=True)] == [True] * len(told), found
