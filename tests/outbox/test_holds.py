"""What stands still, and why."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db.engine import read, write
from firstwin.decide.value import Reason
from firstwin.outbox.destinations import disable, know, pause_destination
from firstwin.outbox.holds import Holds, holds
from firstwin.outbox.pause import pause
from tests.outbox.given import NOON


def found(engine: Engine) -> Holds:
    with read(engine) as connection:
        return holds(connection)


def test_nothing_is_held_unless_somebody_says_so(engine: Engine) -> None:
    with write(engine) as connection:
        know(connection, ["crm"])
    assert found(engine) == Holds()
    assert found(engine).why("no-login", "crm") is None


def test_a_rule_a_destination_or_everything(engine: Engine) -> None:
    with write(engine) as connection:
        know(connection, ["crm", "mail", "ops"])
        pause(connection, "no-login", who="ada", why=None, at=NOON)
        pause_destination(connection, "mail", NOON)
        disable(connection, {"crm": "http_410"}, NOON)
    now = found(engine)
    assert now == Holds(everything=False, rules=frozenset({"no-login"}), destinations=frozenset({"crm", "mail"}))
    assert now.why("no-login", "crm") is Reason.RULE_PAUSED
    assert now.why("another", "crm") is now.why("another", "mail") is Reason.DESTINATION_PAUSED
    assert now.why("another", "ops") is None
    with write(engine) as connection:
        pause(connection, None, who="ada", why=None, at=NOON)
    assert found(engine).why("no-login", "crm") is Reason.PAUSED
