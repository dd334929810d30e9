from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firstwin.demo.companies import COMPANIES
from firstwin.demo.inbox import Inbox
from firstwin.demo.project import write_project
from firstwin.rules.terms import Record
from firstwin.tools.check import Checked, check


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    yield inbox
    inbox.stop()


def made(folder: Path, inbox: Inbox, tick_every: timedelta) -> Checked:
    write_project(folder, inbox, tick_every)
    return check(folder, {})


def test_the_demos_project_has_no_mistake_and_all_shipped_rules(tmp_path: Path, inbox: Inbox) -> None:
    found = made(tmp_path, inbox, timedelta(hours=3))
    assert found.errors == ()
    assert {"welcome-series", "activated", "quiet-30-days"} <= {rule.id for rule in found.library.rules}


@pytest.mark.parametrize(("wanted", "hours"), [(timedelta(minutes=5), 1), (timedelta(hours=8), 8)])
def test_ticks_are_as_far_apart_as_the_fast_clock_asks_for(
    tmp_path: Path, inbox: Inbox, wanted: timedelta, hours: int
) -> None:
    project = made(tmp_path, inbox, wanted).project
    assert project is not None
    assert project.tick_every == timedelta(hours=hours)


def test_every_company_has_a_csm_whom_alerts_reach(tmp_path: Path, inbox: Inbox) -> None:
    project = made(tmp_path, inbox, timedelta(hours=3)).project
    assert project is not None
    assert {company.csm for company in COMPANIES} <= set(project.csm.by_name)


def test_every_event_that_a_rule_speaks_of_reads_well(tmp_path: Path, inbox: Inbox) -> None:
    found = made(tmp_path, inbox, timedelta(hours=3))
    assert found.project is not None
    nudging = [
        rule for rule in found.library.rules if not all(isinstance(a, Record) for s in rule.steps for a in s.actions)
    ]
    assert nudging
    done = {deed.event for company in COMPANIES for deed in company.deeds}
    assert {"signed_up", "logged_in", "data_connected", "report_sent"} <= done & set(found.project.labels)
