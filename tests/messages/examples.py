"""What messages are handed in these tests: an account of which much is known, and one of which next to nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[2] / "templates"
NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
SIGNED_UP = NOW - timedelta(days=14)


@dataclass(frozen=True)
class Project:
    zone: str = "Europe/Berlin"
    labels: Mapping[str, str] = field(default_factory=lambda: {"data_connected": "connected your data"})


def rich(**other: object) -> dict[str, Any]:
    return {
        "subject": {"kind": "account", "id": "a1"},
        "account": {
            "id": "a1",
            "name": "Northwind",
            "plan": "pro",
            "mrr": 5000,
            "created_at": "2026-03-06T09:30:00Z",
            "link": "https://app.example.com/accounts/a1",
            "timezone": "America/New_York",
        },
        "person": {"id": "p1", "email": "lena@northwind.example", "name": "Lena Ortiz", "first_name": "Lena"},
        "contact": {"id": "p1", "email": "lena@northwind.example", "name": "Lena Ortiz"},
        "start": {"at": SIGNED_UP, "integration": "Salesforce", "error": "The token has expired", "report": "Week 11"},
        "why": "signed up 48 hours ago, and has not activated",
        "since": NOW - timedelta(days=2),
        "done": [{"name": "signed_up", "label": "signed up"}],
        "missing": [
            {"name": "data_connected", "label": "connected your data"},
            {"name": "report_sent", "label": "sent a report"},
        ],
        "project": {"name": "Acme", "postal_address": "1 Main Street", "link": "https://app.example.com"},
        "unsubscribe_link": "https://mail.example.com/u/abc?a=1&b=2",
        "rule": "welcome-series",
        "step": "welcome",
        "now": NOW,
        **other,
    }


def minimal(**other: object) -> dict[str, Any]:
    return {
        "subject": {"kind": "account", "id": "a1"},
        "account": {"id": "a1"},
        "person": {},
        "contact": {},
        "start": {"at": SIGNED_UP},
        "why": "",
        "since": None,
        "done": [],
        "missing": [],
        "project": {"name": "Acme", "postal_address": ""},
        "unsubscribe_link": "",
        "rule": "r",
        "step": "",
        "now": NOW,
        **other,
    }
