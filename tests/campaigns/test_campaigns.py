"""What real companies do by hand or with large tools can be said in this language, and does what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from firstwin.rules.library import load_library
from firstwin.rules.ruletest_file import Written
from firstwin.tools.check import check
from firstwin.tools.ruletests.files import rule_tests
from firstwin.tools.ruletests.run import Bench, a_bench
from firstwin.tools.ruletests.world import World
from firstwin.tools.surroundings import environment
from tests.campaigns.table import CAMPAIGNS, OTHER_RULES, Blocked, Said, name_of
from tests.servers.fresh import empty_postgres

HERE = Path(__file__).parent
CHECKED = check(HERE, {})
TESTS = rule_tests(HERE, CHECKED)
SAID = {campaign: state.rules(campaign) for campaign, state in CAMPAIGNS.items() if isinstance(state, Said)}
BLOCKED = {campaign: state.told for campaign, state in CAMPAIGNS.items() if isinstance(state, Blocked)}
RULES = sorted({rule for rules in SAID.values() for rule in rules} | OTHER_RULES)


# ---- what there is --------------------------------------------------------------------------------------------------


def test_every_campaign_that_was_studied_has_a_line() -> None:
    assert len(CAMPAIGNS) == 72


def test_the_table_names_every_rule_and_no_other() -> None:
    assert sorted(file.stem for file in (HERE / "rules").glob("*.yaml") if file.stem != "segments") == RULES
    assert sorted(file.stem for file in (HERE / "blocked").glob("*.yaml")) == sorted(map(name_of, BLOCKED))


def test_no_file_has_a_mistake_or_a_warning() -> None:
    assert [str(problem) for problem in (*CHECKED.problems, *TESTS.problems)] == []


def test_each_file_opens_with_where_its_campaign_comes_from() -> None:
    files = [*(HERE / "rules").glob("*.yaml"), *(HERE / "blocked").glob("*.yaml")]
    assert [file.name for file in files if not file.read_text().startswith("# ")] == []


# ---- what it does ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_seen_to_act_and_to_stay_silent(rule: str) -> None:
    own = [written.test for written in TESTS.tests if written.test.rule == (rule,)]
    assert any(any(not wanted.sends for wanted in test.expect) for test in own), "no test in which it does something"
    assert any(not test.expect or any(wanted.sends for wanted in test.expect) for test in own), "no silent test"


@pytest.mark.parametrize("written", TESTS.tests, ids=lambda written: f"{written.test.rule[0]}: {written.test.test}")
def test_a_rule_does_what_its_source_says(written: Written, bench: Bench) -> None:
    result = bench(written)
    assert "\n".join(line for failure in result.failures for line, _ in failure.lines()) == ""


@pytest.fixture
def bench(dialect: str, request: pytest.FixtureRequest) -> Bench:
    found: Bench = request.getfixturevalue({"sqlite": "_in_memory", "postgresql": "_on_postgres"}[dialect])
    return found


@pytest.fixture(scope="session")
def _in_memory() -> Iterator[Bench]:
    with a_bench(CHECKED, environment(CHECKED)) as run:
        yield run


@pytest.fixture
def _on_postgres(postgres_engine: Engine) -> Iterator[Bench]:
    with a_bench(CHECKED, environment(CHECKED), OnPostgres(postgres_engine)) as run:
        yield run


class OnPostgres(World):
    def begin_anew(self) -> None:
        empty_postgres(self.engine)


# ---- what cannot be said --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("campaign", "told"), BLOCKED.items())
def test_what_cannot_be_said_is_refused_in_words(campaign: str, told: str) -> None:
    name = f"{name_of(campaign)}.yaml"
    library = load_library({f"rules/{name}": (HERE / "blocked" / name).read_bytes()}, CHECKED.project)
    assert [problem for problem in library.problems if told in str(problem) and problem.severity == "error"] != []
