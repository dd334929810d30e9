from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, literal, select

from firstwin.db.types import Instant
from firstwin.tools.backtest.grid import Grid, grid_of

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, MICRO = timedelta(hours=1), timedelta(microseconds=1)
GRID = Grid(BEGIN, HOUR, 10)


def test_slots_go_up_to_the_end() -> None:
    assert grid_of(BEGIN, BEGIN + 2 * HOUR, HOUR) == Grid(BEGIN, HOUR, 3)
    assert grid_of(BEGIN, BEGIN + 2 * HOUR - MICRO, HOUR).end == BEGIN + HOUR
    assert grid_of(BEGIN, BEGIN - MICRO, HOUR).count == 0


@pytest.mark.parametrize(
    ("moment", "number"),
    [(BEGIN - HOUR, 0), (BEGIN, 0), (BEGIN + MICRO, 1), (BEGIN + HOUR, 1), (BEGIN + HOUR + MICRO, 2)],
)
def test_a_moment_is_seen_at_the_first_slot_that_is_not_before_it(moment: datetime, number: int) -> None:
    assert GRID.number(moment) == number


def test_sql_counts_in_the_same_way(engine: Engine) -> None:
    moments = [BEGIN + MICRO, BEGIN + HOUR - MICRO, BEGIN + HOUR, BEGIN + 9 * HOUR + MICRO]
    with engine.connect() as connection:
        for moment in moments:
            number = GRID.number_of(literal(moment, Instant()))
            row = connection.execute(select(number.label("number"), GRID.at_of(number).label("at"))).one()
            assert (row.number, row.at) == (GRID.number(moment), GRID.at(GRID.number(moment)))
