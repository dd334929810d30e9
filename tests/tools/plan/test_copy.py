import pytest
from sqlalchemy import Engine, text

from firstwin.tools.plan.copy import copy_of_live
from tests.tools.plan.given import WELCOME, go_live, library

READS = {
    "nobody's": (WELCOME, False),
    "a milestone": (f"{WELCOME}unless: {{reached: went_live}}\n", True),
}
RECORDS = "about: account\nwhen: launched\nthen: {record: went_live}\nagain: never\n"


@pytest.mark.parametrize("reads", READS)
def test_only_rules_that_read_what_a_run_writes_see_a_copy_of_the_facts(sqlite_engine: Engine, reads: str) -> None:
    """Of a copy SQLite uses no index: minutes in place of seconds for a state that everybody is asked about."""
    rules, copied = library(welcome=READS[reads][0], went_live=RECORDS), READS[reads][1]
    go_live(sqlite_engine, rules)
    asked = [rule for rule in rules if rule.id == "welcome"]
    for renamed, is_copied in (((), copied), (("old",), True)):
        with copy_of_live(sqlite_engine, asked, renamed) as (connection, _, _):
            found = connection.execute(text("SELECT count(*) FROM sqlite_temp_master WHERE name = 'event'"))
            assert bool(found.scalar_one()) is is_copied
