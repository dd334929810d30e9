"""What a page may hold, in its own terms: the choices that a form can make."""

from __future__ import annotations

from typing import get_args

from firstwin.messages.page_audit import CHOICES, WAYS_OUT
from firstwin.outbox.choices import Choice


def test_a_page_may_offer_each_choice_that_is_heeded_and_no_other() -> None:
    assert set(CHOICES) == set(get_args(Choice))
    assert set(CHOICES) >= WAYS_OUT
