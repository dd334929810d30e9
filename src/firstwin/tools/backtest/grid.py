"""The slots of a backtest: equally far apart, numbered from 0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, cast, literal

from firstwin.db.bulk import microseconds_of, of_microseconds
from firstwin.db.types import EPOCH, MICROSECOND, Instant


@dataclass(frozen=True)
class Grid:
    """``count`` slots, ``every`` so much, from ``begin`` on."""

    begin: datetime
    every: timedelta
    count: int

    @property
    def end(self) -> datetime:
        """The last slot."""
        return self.at(self.count - 1)

    def at(self, number: int) -> datetime:
        return self.begin + number * self.every

    def number(self, moment: datetime) -> int:
        """The first slot that is not before this moment; 0 for all that lies before the first."""
        return max(0, -((self.begin - moment) // self.every))

    def number_of(self, moment: ColumnElement[datetime]) -> ColumnElement[int]:
        """The same in SQL, for moments that lie after the first slot."""
        every, begin = self.every // MICROSECOND, (self.begin - EPOCH) // MICROSECOND
        passed = microseconds_of(moment) + literal(every - 1 - begin, BigInteger)
        return cast(passed, BigInteger) // literal(every, BigInteger)

    def at_of(self, number: ColumnElement[int]) -> ColumnElement[datetime]:
        """When a slot is, in SQL."""
        every, begin = self.every // MICROSECOND, (self.begin - EPOCH) // MICROSECOND
        passed = cast(number * literal(every, BigInteger) + literal(begin, BigInteger), BigInteger)
        found: ColumnElement[datetime] = of_microseconds(passed)
        found.type = Instant()
        return found


def grid_of(begin: datetime, end: datetime, every: timedelta) -> Grid:
    """The slots from ``begin`` up to ``end``."""
    return Grid(begin, every, max(0, (end - begin) // every + 1))
