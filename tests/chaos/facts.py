"""The messages of made-up accounts that sign up, as files that `firstwin import` takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def named(count: int, first: int = 0) -> list[str]:
    return [f"acme-{number:05}" for number in range(first, first + count)]


def ago(**time: float) -> str:
    """By this machine's clock, which the databases of the rig share."""
    return (datetime.fromtimestamp(_now(), UTC) - timedelta(**time)).isoformat()


def write_signups(file: Path, accounts: Iterable[str], at: str, event: str = "signed_up") -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for account in accounts for line in signup(account, at, event)))
    return file


def signup(account: str, at: str, event: str = "signed_up") -> Iterator[dict[str, Any]]:
    """Somebody with an address, the account, and what it did."""
    traits = {"name": f"Ada {account}", "email": f"ada@{account}.example"}
    yield _message(account, "identify", at, type="identify", traits=traits)
    yield _message(account, "group", at, type="group", groupId=account, traits={"name": account})
    yield did(account, event, at)


def did(account: str, event: str, at: str, number: int = 0) -> dict[str, Any]:
    return _message(account, f"{event}-{number}", at, type="track", event=event, properties={})


def _message(account: str, name: str, at: str, **said: Any) -> dict[str, Any]:
    whom = {"messageId": f"{account}-{name}", "userId": f"ada-{account}", "context": {"groupId": account}}
    return {**whom, "timestamp": at, **said}


def _now() -> float:
    return datetime.now(UTC).timestamp()
