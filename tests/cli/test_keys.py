"""Write keys on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.given import Run


def test_a_key_is_made_listed_and_revoked(run: Run, folder: Path) -> None:
    run("-p", str(folder), "migrate")
    made = run("-p", str(folder), "keys", "make", "shop")
    key = made.stdout.strip()
    assert key.startswith("fw_")
    assert "Nobody can show it again" in made.stderr
    listed = run("-p", str(folder), "keys", "list").stdout
    assert "shop" in listed
    assert key not in listed
    run("-p", str(folder), "keys", "revoke", "shop")
    (found,) = json.loads(run("-p", str(folder), "keys", "list", "--json").stdout)
    assert found["revoked_at"]


def test_a_second_key_needs_a_word(run: Run, folder: Path) -> None:
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "keys", "make", "shop")
    assert "--replace" in run("-p", str(folder), "keys", "make", "shop", code=2).stderr
    assert run("-p", str(folder), "keys", "make", "shop", "--replace").stdout.startswith("fw_")


@pytest.mark.parametrize("name", ["import", "Shop", "a b", "", "-x"])
def test_not_everything_can_name_a_source(run_alone: Run, folder: Path, name: str) -> None:
    assert "can't name a source" in run_alone("-p", str(folder), "keys", "make", "--", name, code=2).stderr


def test_revoking_what_is_not_there_says_where_to_look(run: Run, folder: Path) -> None:
    run("-p", str(folder), "migrate")
    assert "keys list" in run("-p", str(folder), "keys", "revoke", "shop", code=2).stderr
