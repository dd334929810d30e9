"""What `firstwin verify` tells, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import update

from firstwin.app import App
from firstwin.db.engine import write
from firstwin.db.tables import delivery
from firstwin.settings import load
from tests.cli.given import Run
from tests.cli.test_deliveries import a_replay


def test_a_day_of_deliveries_keeps_every_promise(run: Run, sending_folder: Path) -> None:
    a_replay(run, sending_folder)
    done = run("-p", str(sending_folder), "verify")
    assert "All 17 are kept." in done.stderr
    assert "✗" not in done.stdout


def test_a_broken_promise_is_named_with_its_rows(run: Run, sending_folder: Path) -> None:
    a_replay(run, sending_folder)
    with App.open(load(sending_folder)) as app, write(app.engine) as connection:
        connection.execute(update(delivery).where(delivery.c.id == 1).values(settled_at=None))
    done = run("-p", str(sending_folder), "verify", code=1)
    assert "1 of the deliveries: 1" in done.stdout
    assert "1 promise of 17 broken" in done.stderr
    told = {each["id"]: each for each in json.loads(run("-p", str(sending_folder), "verify", "--json", code=1).stdout)}
    assert (told["settled"]["rows"], told["settled"]["examples"]) == (1, [1])
    assert sum(each["rows"] for each in told.values()) == 1
