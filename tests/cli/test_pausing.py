import json
import re
from pathlib import Path

import pytest

from tests.cli.given import Run, signups


def paused(run: Run, folder: Path) -> tuple[bool, list[str]]:
    run("-p", str(folder), "tick")
    found = json.loads(run("-p", str(folder), "status", "--json").stdout)
    return found["paused"], [rule["id"] for rule in found["rules"] if rule["paused"]]


def test_one_rule_is_paused_and_goes_on(run: Run, folder: Path) -> None:
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "pause", "welcome", "--why", "the link is broken")
    assert paused(run, folder) == (False, ["welcome"])
    assert "Resumed: welcome" in run("-p", str(folder), "resume", "welcome").stdout
    assert paused(run, folder) == (False, [])


def test_everything_is_paused(run_alone: Run, folder: Path) -> None:
    run_alone("-p", str(folder), "pause")
    assert paused(run_alone, folder) == (True, [])


@pytest.mark.parametrize("rule", [(), ("first-login",)])
def test_who_paused_it_and_why_are_shown(run: Run, folder: Path, rule: tuple[str, ...]) -> None:
    facts = folder / "facts.jsonl"
    facts.write_text(signups("blue"))
    run("-p", str(folder), "import", "--history", str(facts))
    run("-p", str(folder), "pause", *rule, "--why", "launch freeze.")
    expected = re.compile(
        rf"{rule[0] if rule else 'Everything'} is paused since \d{{4}}-.* UTC, by .+: launch freeze\."
    )
    told = run("-p", str(folder), "status").stdout
    assert expected.search(told)
    assert f"`firstwin resume{f' {rule[0]}' if rule else ''}` goes on." in told
    assert expected.search(run("-p", str(folder), "explain", "first-login", "blue").stdout)
    run("-p", str(folder), "resume", *rule)
    assert not expected.search(run("-p", str(folder), "explain", "first-login", "blue").stdout)


def test_what_was_not_paused_is_told(run_alone: Run, folder: Path) -> None:
    assert "It was not paused" in run_alone("-p", str(folder), "resume").stdout


def test_a_rule_that_is_not_there_is_suggested(run_alone: Run, folder: Path) -> None:
    assert "Did you mean `welcome`?" in run_alone("-p", str(folder), "pause", "wellcome", code=2).stderr
