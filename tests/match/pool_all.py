"""All conditions and rules to compare the matching with the referee by, from every pool.

``STATES`` are the conditions that need no start, ``TOGETHER`` rules that are run side by side.
"""

from __future__ import annotations

from firstwin.rules.terms import Rule
from tests.match import pool_rules, pool_terms
from tests.match.pool_actions import ACTIONS
from tests.match.pool_changes import CHANGES
from tests.match.pool_gates import GATES
from tests.match.pool_rules import named
from tests.match.pool_terms import Sample

TERMS: dict[str, Sample] = {**pool_terms.TERMS, **CHANGES}
STATES: dict[str, Sample] = {name: sample for name, sample in TERMS.items() if not sample.needs_start}
RULES: dict[str, Rule] = {**pool_rules.RULES, **named(GATES), **named(ACTIONS)}
TOGETHER: dict[str, tuple[Rule, ...]] = pool_rules.TOGETHER | {
    "until-activated + chosen-to-record": (RULES["until-activated"], RULES["chosen-to-record"])
}
