"""Rules whose gates ask about usage, changes, nudges and people: what counts from a start is judged in these."""

from __future__ import annotations

from firstwin.rules.terms import Again, BecomesStart, Ever, InLast, Nudged, Record, Rule
from tests.match.pool_changes import (
    ADMIN,
    MOVES,
    NUDGES,
    WITH_A_START,
    any_person,
    every_person,
    no_person,
    old_enough,
    usage,
)
from tests.match.pool_rules import AT_ONCE, EVERY_TIME, event, rule, step
from tests.match.pool_terms import DAY, did

STARTED = {
    name: sample for pool in (MOVES, NUDGES, WITH_A_START) for name, sample in pool.items() if sample.needs_start
}

GATES: dict[str, Rule] = {
    **{
        f"only if {name}": rule(event("signed_up"), step(DAY), only_if=sample.term, again=EVERY_TIME)
        for name, sample in STARTED.items()
    },
    "unless a person did": rule(
        event("signed_up"), step(DAY), unless=any_person(did("login", InLast(DAY))), again=EVERY_TIME
    ),
    "until every person did": rule(
        event("signed_up"), step(DAY), until=every_person(did("login", Ever())), again=EVERY_TIME
    ),
    "while no admin": rule(BecomesStart(no_person(ADMIN)), step(AT_ONCE), again=EVERY_TIME),
    "while usage is down": rule(BecomesStart(old_enough(usage(down=0.5))), step(AT_ONCE), again=Again("after", DAY)),
    "after another": rule(BecomesStart(Nudged("trial", InLast(DAY))), step(AT_ONCE), again=EVERY_TIME),
    "activated-by-a-person": rule(BecomesStart(any_person(did("login", Ever()))), step(AT_ONCE, Record("activated"))),
}
