"""What README.md tells is so: its tables are made from the code, and its example works."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from firstwin.messages.message import AlertCard, Mail
from firstwin.senders.contract import Accepted, Retry, Sender
from tests.house.readme import README, blocks, filled
from tests.house.sources import ROOT

TEXT = README.read_text()


def test_what_is_made_from_the_code_is_current() -> None:
    assert filled(TEXT) == TEXT, "run: python -m tests.house.readme"


@pytest.mark.parametrize("name", blocks())
def test_every_made_part_stands_in_it(name: str) -> None:
    assert TEXT.count(f"<!-- {name} -->") == TEXT.count(f"<!-- /{name} -->") == 1


def test_every_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_it_names_is_there() -> None:
    named = set(re.findall(r"`make ([\w-]+)`", TEXT))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets


def the_example() -> type[Any]:
    """The sender that is shown, run as it stands there."""
    (source,) = (code for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "class Journal" in code)
    defined: dict[str, Any] = {}
    exec(compile(source, "README.md", "exec", dont_inherit=True), defined)  # noqa: S102 - our own example
    found: type[Any] = defined["Journal"]
    return found


def test_the_sender_that_is_shown_works(tmp_path: Path) -> None:
    kind = the_example()
    path = tmp_path / "journal.jsonl"
    sender = kind("journal", kind.Settings.model_validate({"path": str(path)}))
    assert isinstance(sender, Sender)
    card = AlertCard(key="fw_1", title="Stalled", body="", why="", since="", next_step="")
    assert asyncio.run(sender.send(card)) == Accepted()
    assert json.loads(path.read_text())["title"] == "Stalled"


def test_the_sender_that_is_shown_answers_when_it_cannot(tmp_path: Path) -> None:
    kind = the_example()
    sender = kind("journal", kind.Settings.model_validate({"path": str(tmp_path)}))
    mail = Mail(key="fw_1", to="a@b.example", subject="Hi", html="", text="")
    assert isinstance(asyncio.run(sender.send(mail)), Retry)
