"""README.md says what the code does."""

from __future__ import annotations

import re

import pytest

from tests.house.readme import PARTS, README, ROOT, current


def test_the_parts_made_from_the_code_are_current() -> None:
    assert current(README.read_text()) == README.read_text(), "write them anew: python -m tests.house.readme"


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_there(part: str) -> None:
    assert PARTS[part]() in README.read_text()


def test_the_rule_read_aloud_is_a_shipped_one() -> None:
    shipped = (ROOT / "rules" / "no-login-after-signup.yaml").read_text()
    shown = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert shown is not None
    assert shown[1] == shipped


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text())
    assert [target for target in targets if not (ROOT / target).exists()] == []
