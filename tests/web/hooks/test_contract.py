"""What a hook may be refused for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.web.hooks.contract import Refused, is_fresh
from tests.house.sources import ROOT
from tests.web.hooks.given import NOW

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("refused", Refused)
def test_each_reason_is_told_in_the_docs_as_it_is_answered(refused: Refused) -> None:
    line = f"| `{refused.code}` | {refused.status} | {refused.says} |\n"
    assert line in (ROOT / "docs" / "bounces.md").read_text()


def test_each_reason_has_a_code_of_its_own_and_no_answer_is_a_fault_of_ours() -> None:
    assert len({refused.code for refused in Refused}) == len(Refused)
    assert {refused.status for refused in Refused} == {400, 401, 403, 503}


def test_clocks_may_differ_by_a_few_minutes_either_way() -> None:
    old, ahead = NOW - HOUR - 5 * 60 * SECOND, NOW + 5 * 60 * SECOND
    assert is_fresh(old, NOW, HOUR)
    assert is_fresh(ahead, NOW, HOUR)
    assert not is_fresh(old - SECOND, NOW, HOUR)
    assert not is_fresh(ahead + SECOND, NOW, HOUR)
