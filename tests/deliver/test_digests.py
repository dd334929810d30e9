"""A digest on its way: from its list to the message that arrives."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from firstwin.messages.message import AlertCard
from tests.deliver.given import Scripted, a_deliverer, properties
from tests.outbox.digests import Closed, digests, items, listed

pytestmark = pytest.mark.slow

TEMPLATE = """\
---
title: "{{ receiver }}: {{ count | plural('account') }} at risk"
next_step: Call the first one.
---
{% for item in items %}
{{ loop.index }}. {{ item.account.company }} ({{ item.why }})
{% endfor %}
{% if more %}and {{ more }} more{% endif %}
"""
FILES = {"digest/at-risk.md": TEMPLATE}
VALUES = {"acme": 500, "big": 9000, "small": 10}


def delivered(engine: Engine, tmp_path: Path, gates: Closed) -> list[AlertCard]:
    for name in VALUES:
        properties(engine, "account", name, company=name.title())
    sender = Scripted()
    for _ in range(2):  # as a sweep would ring again
        a_deliverer(engine, tmp_path, {"cs-slack": sender}, gates=gates, files=FILES).run(for_seconds=2)
    return [card for card in sender.sent if isinstance(card, AlertCard)]


def test_the_first_are_told_one_by_one_and_the_others_are_counted(engine: Engine, tmp_path: Path) -> None:
    listed(engine, VALUES)
    (card,) = delivered(engine, tmp_path, Closed())
    assert card.title == "anna: 3 accounts at risk"
    assert card.body.splitlines() == [
        "1. Big (Signed up, not yet logged in.)",
        "2. Acme (Signed up, not yet logged in.)",
        "and 1 more",
    ]
    assert card.since == ""
    assert [row.state for row in digests(engine)] == ["delivered"]


def test_who_acted_meanwhile_is_not_in_it(engine: Engine, tmp_path: Path) -> None:
    listed(engine, VALUES)
    (card,) = delivered(engine, tmp_path, Closed("big"))
    assert card.title == "anna: 2 accounts at risk"
    assert card.body.splitlines() == [
        "1. Acme (Signed up, not yet logged in.)",
        "2. Small (Signed up, not yet logged in.)",
    ]
    assert items(engine) == [("acme", None), ("big", "gate_false"), ("small", None)]


def test_an_empty_digest_is_not_sent(engine: Engine, tmp_path: Path) -> None:
    listed(engine, VALUES)
    assert delivered(engine, tmp_path, Closed(*VALUES)) == []
    assert [(row.state, row.reason) for row in digests(engine)] == [("cancelled", "nobody_left")]


def test_each_csm_gets_a_list_of_their_own(engine: Engine, tmp_path: Path) -> None:
    listed(engine, {"acme": 500})
    listed(engine, {"big": 9000, "small": 10}, receiver="ben")
    cards = delivered(engine, tmp_path, Closed())
    assert sorted(card.title for card in cards) == ["anna: 1 account at risk", "ben: 2 accounts at risk"]


class Late(Closed):
    """Closes for one more subject when it is asked the second time: at the wire, after the message was written."""

    def __call__(self, *args: object, **how: object) -> object:  # type: ignore[override] # passes on what it gets
        found = super().__call__(*args, **how)  # type: ignore[arg-type]
        self.closed |= {"big"}
        return found


def test_who_acts_while_it_is_written_does_not_stand_in_what_arrives(engine: Engine, tmp_path: Path) -> None:
    listed(engine, VALUES)
    (card,) = delivered(engine, tmp_path, Late())
    assert "Big" not in card.body
    assert card.title == "anna: 2 accounts at risk"
