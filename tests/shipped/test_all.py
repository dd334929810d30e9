"""No shipped rule without a test of what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.tools.new_project import shipped

HERE = Path(__file__).parent
TESTS = "\n".join(file.read_text() for file in HERE.glob("test_*.py"))
RULES = sorted(file.stem for file in (shipped() / "rules").glob("*.yaml"))


@pytest.mark.parametrize("rule", RULES)
def test_each_shipped_rule_is_played(rule: str) -> None:
    assert f'"{rule}"' in TESTS
