"""What is paused is told with who, since when and why."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import read, write
from firstwin.outbox.pause import pause
from firstwin.tools.pauses import pauses_of

AT = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "why", "said"),
    [
        (None, None, "Everything is paused since 2026-11-23 08:05 UTC, by me"),
        ("a", "launch\n freeze.", "a is paused since 2026-11-23 08:05 UTC, by me: launch freeze"),
    ],
)
def test_a_pause_is_a_sentence(engine: Engine, rule: str | None, why: str | None, said: str) -> None:
    with write(engine) as connection:
        pause(connection, rule, who="me", why=why, at=AT)
        pause(connection, "another", who="me", why="not asked for", at=AT)
    with read(engine) as connection:
        assert [str(one) for one in pauses_of(connection, "a")] == [said]


def test_that_of_everything_comes_first(engine: Engine) -> None:
    with write(engine) as connection:
        pause(connection, "a", who="me", why=None, at=AT)
        pause(connection, None, who="me", why=None, at=AT)
    with read(engine) as connection:
        assert [one.rule for one in pauses_of(connection, "a")] == [None, "a"]
