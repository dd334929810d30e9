"""Whoever copies an example from docs/senders.md has a sender that works, once its secrets are filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from firstwin.outbox.bucket import AT_ONCE, Flow
from firstwin.senders.load import load_senders, sender_types

PAGE = (Path(__file__).parents[2] / "docs" / "senders.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FILLED = {"URL": "https://example.com/hook", "SECRET": "c2VjcmV0"}


read = YAML(typ="safe").load


def filled(name: re.Match[str]) -> str:
    return FILLED.get(name[1].rpartition("_")[2], "from-the-environment")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: re.search(r"type: (\w+)", example)[1])  # type: ignore[index]
def test_an_example_is_a_sender(example: str) -> None:
    (sender,) = load_senders(read(re.sub(r"\$\{(\w+)\}", filled, example))).values()
    assert sender.takes


def test_every_kind_has_its_example() -> None:
    assert sorted(re.findall(r"type: (\w+)", "".join(EXAMPLES))) == sorted(sender_types())


def test_the_table_says_what_each_kind_does_with_an_unknown_outcome() -> None:
    rows = dict(re.findall(r"\| `(retry|park)` \|.*\| (.*) \|", PAGE))
    made = [load_senders(read(re.sub(r"\$\{(\w+)\}", filled, example))) for example in EXAMPLES]
    kinds = re.findall(r"type: (\w+)", "".join(EXAMPLES))
    policies = {
        kind: sender.on_unknown for kind, senders in zip(kinds, made, strict=True) for sender in senders.values()
    }
    assert set(rows) == {"retry", "park"}
    assert [kind for kind, found in policies.items() if found not in rows] == ["resend"]
    for policy, listed in rows.items():
        assert sorted(listed.split(", ")) == sorted(kind for kind, found in policies.items() if found == policy)


def test_the_rates_and_orders_on_the_page_are_those_of_the_kinds() -> None:
    rows = re.findall(r"^\| (\w[\w ]*) \| ([\d.]+|none) \| (true|false) \|$", PAGE, re.MULTILINE)
    told = {kind: Flow(None if rate == "none" else float(rate), ordered == "true") for kind, rate, ordered in rows}
    others = told.pop("all others")
    kinds = {kind: getattr(point.load(), "flow", AT_ONCE) for kind, point in sender_types().items()}
    assert {kind: flow for kind, flow in kinds.items() if flow != others} == told
