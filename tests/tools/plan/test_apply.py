import pytest
from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.tools.plan.apply import Applying
from firstwin.tools.plan.changes import PlanError, live_versions
from firstwin.tools.plan.plan import Plan
from firstwin.tools.plan.stored import store
from tests.tools.plan.given import DAY, HOUR, WAITS, WELCOME, env, go_live, library, now, planned, signed_up, tick

NEW = WELCOME + "backfill: 7 days\n"


def made(engine: Engine, **files: str) -> Plan:
    plan = planned(engine, library(**files))
    with write(engine) as connection:
        store(connection, plan, who="ada", at=now(engine))
    return plan


def applying(engine: Engine, name: str, /, *, share: float = 0.1, **files: str) -> Applying:
    return Applying(engine, env(library(**files)), name, share, "bob")


def apply(engine: Engine, name: str, /, *, share: float = 0.1, **files: str) -> None:
    one = applying(engine, name, share=share, **files)
    one.apply(one.check(lambda _: None))


def live(engine: Engine) -> dict[str, str]:
    with read(engine) as connection:
        return live_versions(connection)


def nudges(engine: Engine) -> int:
    with read(engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.nudge)).scalar_one()


def test_a_plan_brings_the_files_live_and_is_noted(engine: Engine) -> None:
    signed_up(engine, "blue", 2 * DAY)
    plan = made(engine, welcome=NEW)
    apply(engine, plan.hash, welcome=NEW)
    assert live(engine) == plan.files
    with read(engine) as connection:
        row = connection.execute(select(tables.plan)).one()
    assert (row.made_by, row.applied_by) == ("ada", "bob")
    assert row.applied_at is not None
    assert row.answer == {"welcome": {"right_now": 1, "newly": 1, "no_longer": 0}}


def test_what_it_said_would_be_nudged_right_now_is_and_nobody_twice(engine: Engine) -> None:
    signed_up(engine, "blue", 2 * DAY)
    plan = made(engine, welcome=NEW)
    apply(engine, plan.hash, welcome=NEW)
    tick(engine, library(welcome=NEW))
    assert nudges(engine) == plan.answer["welcome"]["right_now"] == 1
    files = {"hello": NEW.replace("hello", "again") + "was: welcome\n"}
    second = made(engine, **files)
    assert second.answer["hello"]["right_now"] == 0
    apply(engine, second.hash, hello=files["hello"])
    tick(engine, library(**files))
    assert nudges(engine) == 1


def test_files_that_changed_after_the_plan_are_refused(engine: Engine) -> None:
    plan = made(engine, welcome=NEW)
    with pytest.raises(PlanError, match="not those of the plan: welcome"):
        apply(engine, plan.hash, welcome=WAITS)
    assert live(engine) == {}


def test_an_answer_that_moved_is_refused_with_from_and_to(engine: Engine) -> None:
    signed_up(engine, "blue", 2 * DAY)
    plan = made(engine, welcome=NEW)
    for number in range(5):
        signed_up(engine, f"more{number}", 2 * HOUR)
    apply_checked = applying(engine, plan.hash, welcome=NEW)
    apply_checked.check(lambda _: None)  # five subjects are no matter
    signed_up(engine, "last", 2 * HOUR)
    with pytest.raises(PlanError, match="welcome: newly nudged 1 → 7"):
        apply(engine, plan.hash, welcome=NEW)
    assert live(engine) == {}
    with pytest.raises(PlanError, match="→"):
        apply(engine, plan.hash, share=1.0, welcome=NEW)


def test_a_larger_share_may_be_allowed(engine: Engine) -> None:
    for number in range(12):
        signed_up(engine, f"early{number}", 2 * DAY)
    plan = made(engine, welcome=NEW)
    for number in range(6):
        signed_up(engine, f"more{number}", 2 * HOUR)
    with pytest.raises(PlanError, match="12 → 18"):
        apply(engine, plan.hash, welcome=NEW)
    apply(engine, plan.hash, share=0.5, welcome=NEW)
    assert live(engine) == plan.files


def test_what_runs_must_be_what_the_plan_compared_with(engine: Engine) -> None:
    plan = made(engine, welcome=NEW)
    go_live(engine, library(welcome=WAITS))
    with pytest.raises(PlanError, match="no longer what the plan compared"):
        apply(engine, plan.hash, welcome=NEW)


def test_whoever_is_slower_brings_nothing_live(engine: Engine) -> None:
    plan = made(engine, welcome=NEW)
    slow = applying(engine, plan.hash, welcome=NEW)
    checked = slow.check(lambda _: None)
    go_live(engine, library(welcome=WAITS))
    with pytest.raises(PlanError, match="Somebody else"):
        slow.apply(checked)
    assert live(engine) == {rule.id: rule.version for rule in library(welcome=WAITS)}


def test_what_is_live_already_and_what_was_never_planned_is_said(engine: Engine) -> None:
    plan = made(engine, welcome=NEW)
    apply(engine, plan.hash, welcome=NEW)
    with pytest.raises(PlanError, match="live already"):
        apply(engine, plan.hash, welcome=NEW)
    with pytest.raises(PlanError, match="No plan is called nothing"):
        apply(engine, "nothing", welcome=NEW)
