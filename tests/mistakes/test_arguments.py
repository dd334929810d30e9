"""What can be wrong on a command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mistakes.given import told

pytestmark = pytest.mark.usefixtures("bare")

BEYOND = "9" * 23
MISTAKES: list[tuple[str, ...]] = [
    ("nope",), ("check", "--nope"), ("check", "more"), ("health", "--nope"), ("verify", "x"), ("migrate", "x"),
    ("import",), ("import", "/no/such"), ("import", "."), ("import", "/dev/null"), ("import", "--history", "--live", "x"),
    ("tick", "--from", "yesterdayy", "--to", "2026-01-01"), ("tick", "--from", "2026-03-04", "--to", "2026-03-02"),
    ("tick", "--from", "2026-13-45", "--to", "2026-12-01"), ("tick", "--from", "2026-03-02"), ("tick", "--at", "xx"),
    ("explain", "nope", "acme"), ("explain", "welcome", "nope"), ("explain", "welcome", "a\x00b"), ("explain", "welcome", "\udcff"),
    ("explain", "welcome", "nope", "--at", "never"), ("backtest", "nope", "--since", "90d"), ("backtest", "welcome", "--since", "xx"),
    ("backtest", "welcome", "--since", "-5d"), ("backtest", "welcome", "--since", f"{BEYOND}d"), ("preview", "welcome", "nope"),
    ("preview", "nope", "x"), ("replay", "x"), ("replay", BEYOND), ("replay", "-1"), ("replay", "0"), ("replay", "7"),
    ("deliveries", "show", "x"), ("deliveries", "show", BEYOND), ("deliveries", "show", "-1"), ("deliveries", "show", "7"),
    ("deliveries", "list", "--state", "nope"), ("deliveries", "list", "--limit", "-1"), ("deliveries", "list", "--limit", BEYOND),
    ("deliveries", "replay", "7"), ("deliveries", "replay", "x", "--why", "a"), ("deliveries", "replay", BEYOND, "--why", "a"),
    ("deliveries", "replay", "--why", "a"), ("pause", "nope"), ("pause", "a\x00b"), ("suppress", "not an address"),
    ("suppress", "a@b.example, c@d.example"), ("suppress", "a@b.example\r\nBcc: x@y.example"), ("suppress", "a@b..example"),
    ("suppress", "a@b.example."), ("suppress", "\udcff@b.example"), ("suppress", "a@b.example", "--class", "nope"),
    ("unsuppress", "nobody"), ("forget",), ("forget", "nobody"), ("keys", "nope"), ("keys", "revoke", "nope"),
    ("senders", "test", "nope"), ("senders", "test", "mail", "--to", "not an address"),
    ("senders", "test", "mail", "--to", "a@b.example\nBcc: c@d.example"), ("say", "nope"), ("new", "../../evil"), ("new", "\x00"),
    ("status", "--run", "nope"), ("status", "--json", "--run", "\udcff"), ("demo", "--port", "99999"), ("demo", "--seconds", "1"),
    ("demo", "--seconds", "inf"), ("demo", "--seconds", "nan"), ("test", "nope.yaml"), ("init", "/dev/null/x"), ("apply", "/no/such"), ("beat",),
]  # fmt: skip


@pytest.mark.parametrize("arguments", MISTAKES, ids=lambda arguments: ascii(" ".join(arguments))[:60])
def test_it_is_told_in_a_sentence(folder: Path, arguments: tuple[str, ...]) -> None:
    assert len(told(folder, *arguments).strip()) > 15
