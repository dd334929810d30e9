"""All conditions to compare the matching with the referee by, from every pool; ``STATES`` are those without a start."""

from __future__ import annotations

from tests.match import pool_terms
from tests.match.pool_changes import CHANGES
from tests.match.pool_terms import Sample

TERMS: dict[str, Sample] = {**pool_terms.TERMS, **CHANGES}
STATES: dict[str, Sample] = {name: sample for name, sample in TERMS.items() if not sample.needs_start}
