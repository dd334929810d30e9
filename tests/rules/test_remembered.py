from pathlib import Path

import pytest

from firstwin.rules.folder import read_rules
from firstwin.rules.library import load_library
from firstwin.rules.remembered import meaning_of, rule_of
from firstwin.rules.terms import Rule
from tests.match.pool_rules import RULES, TOGETHER

SHIPPED = load_library(read_rules(Path(__file__).parents[2] / "rules")).rules
ALL = (*SHIPPED, *RULES.values(), *(rule for group in TOGETHER.values() for rule in group))


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_a_rule_comes_back_as_it_was(rule: Rule) -> None:
    assert rule_of(meaning_of(rule), rule.version, rule.source) == rule


def test_a_word_of_another_version_of_the_language_is_refused() -> None:
    meaning = meaning_of(SHIPPED[0])
    with pytest.raises(KeyError):
        rule_of(meaning.replace('"EventStart"', '"StarSign"').replace('"BecomesStart"', '"StarSign"'), "v", "")
