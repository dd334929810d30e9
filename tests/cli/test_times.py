from datetime import UTC, datetime, timedelta

import pytest

from firstwin.cli.times import length, moment


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90d", timedelta(days=90)), ("90 days", timedelta(days=90)), ("1 day", timedelta(days=1)),
        ("12w", timedelta(weeks=12)), ("1h", timedelta(hours=1)), ("15 Minutes", timedelta(minutes=15)),
        ("0d", None), ("d", None), ("90", None), ("3 months", None), ("90dx", None), ("", None),
    ],
)  # fmt: skip
def test_a_length_is_a_number_and_a_word(text: str, found: timedelta | None) -> None:
    assert length(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-27", datetime(2026, 3, 27, tzinfo=UTC)),
        ("2026-03-27T09:00", datetime(2026, 3, 27, 9, tzinfo=UTC)),
        ("2026-03-27T09:00+02:00", datetime(2026, 3, 27, 7, tzinfo=UTC)),
        ("monday", None),
    ],
)
def test_a_moment_is_in_utc_unless_it_says_another(text: str, found: datetime | None) -> None:
    assert moment(text) == found
