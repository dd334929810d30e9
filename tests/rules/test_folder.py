"""Which files are rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.rules.folder import misnamed, read_rules


def test_the_rules_of_a_folder_are_read_and_their_tests_are_not(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    for name in ("b.yaml", "a.yaml", "old.yml", "deep/c.yaml", "tests/a.yaml", ".hidden.yaml", "notes.txt"):
        (rules / name).parent.mkdir(parents=True, exist_ok=True)
        (rules / name).write_text(name)

    assert read_rules(rules) == {
        "rules/a.yaml": b"a.yaml",
        "rules/b.yaml": b"b.yaml",
        "rules/deep/c.yaml": b"deep/c.yaml",
        "rules/old.yml": b"old.yml",
    }


def test_a_folder_that_is_not_there_holds_no_rules(tmp_path: Path) -> None:
    assert read_rules(tmp_path / "rules") == {}


@pytest.mark.parametrize(
    "name", ["rules/a.yaml", "rules/no-login-after-signup.yaml", "rules/set_up.yaml", "rules/7.yaml"]
)
def test_a_files_name_is_its_rules_name(name: str) -> None:
    assert misnamed(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("rules/No Login.yaml", "`No Login` cannot be the name of a rule: use small letters, digits, `-` and `_`. Rename the file to `no-login.yaml`."),
        ("rules/é.yaml", "`é` cannot be the name of a rule: use small letters, digits, `-` and `_`. Rename the file."),
        ("rules/a.yml", "A rule's file ends in `.yaml`. Rename it to `a.yaml`."),
        ("rules/deep/a.yaml", "Rules lie directly in the rules folder, because a file's name is its rule's name. Move it to `rules/a.yaml`."),
    ],
)  # fmt: skip
def test_another_name_is_told(name: str, problem: str) -> None:
    assert str(misnamed(name)) == f"{name}:1:1 {problem}"


def test_two_files_of_one_name_are_told() -> None:
    assert "two files" in str(misnamed("rules/a.yaml", {"a"}))
