"""The independent count: who bought once and was not back after eight weeks, in plain Python over the file."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

EIGHT_WEEKS = timedelta(weeks=8)
DAY = timedelta(days=1)


def came_not_back(file: Path, begin: datetime, end: datetime) -> set[str]:
    """The customers whom a look at midnight, eight weeks or more after their first order, finds with no other since."""
    return {who for who, orders in _orders(file).items() if _is_due(sorted(orders), begin, end)}


def _is_due(orders: list[datetime], begin: datetime, end: datetime) -> bool:
    first, looked = orders[0], begin
    while looked < first + EIGHT_WEEKS:
        looked += DAY
    came_back = any(first < order <= looked for order in orders[1:])
    return begin <= first and looked <= end and not came_back


def _orders(file: Path) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            if message["type"] == "track":
                found[message["userId"]].append(datetime.fromisoformat(message["timestamp"]))
    return found
