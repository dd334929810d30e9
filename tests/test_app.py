from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from firstwin.app import App
from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.db.runs import open_run
from firstwin.demo.inbox import Inbox
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message, parse
from firstwin.outbox.states import State
from firstwin.settings import Settings
from firstwin.tick.sync import sync_rules
from firstwin.tools.check import ProjectError
from firstwin.tools.plan.gate import NotAppliedError
from tests.cli.given import PUBLIC_URL, SECRET, make_project, signups

pytestmark = pytest.mark.slow


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    inbox.start()
    yield inbox
    inbox.stop()


@pytest.fixture
def folder(tmp_path: Path, inbox: Inbox) -> Path:
    """Its rules take up what happened on the day before they came."""
    folder = make_project(tmp_path / "project", inbox)
    for rule in ("welcome", "first-login"):
        path = folder / "rules" / f"{rule}.yaml"
        path.write_text(path.read_text() + "backfill: 1 day\n")
    return folder


@pytest.fixture
def app(folder: Path, engine: Engine) -> App:
    return App(Settings(project=folder, broker_url="", worker_name="w1", secret=SECRET, public_url=PUBLIC_URL), engine)


def sign_up(engine: Engine, account: str) -> None:
    """An hour ago."""
    with write(engine) as connection:
        now = clock(connection)
        lines = signups(account, at=(now - timedelta(hours=1)).isoformat()).encode().splitlines()
        messages = [message for line in lines if isinstance(message := parse(line, None), Message)]
        ingest(connection, messages, received_at=now)


def count(engine: Engine, table: str) -> int:
    with read(engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar_one()


def test_a_signup_is_matched_once_and_its_messages_go_out_once(app: App, engine: Engine, inbox: Inbox) -> None:
    sign_up(engine, "blue")
    assert {one.rule: one.nudges for one in app.tick()} == {"first-login": 0, "welcome": 1}
    assert app.tick() == []
    (done,) = app.deliver()
    assert done.states == {State.DELIVERED: 2}
    assert app.deliver() == []
    assert {message.title for message in inbox.messages} == {"Welcome", "A new account"}


def test_one_rule_is_matched_by_its_name(app: App, engine: Engine) -> None:
    sign_up(engine, "blue")
    app.match("welcome")
    assert count(engine, "nudge") == 1
    app.match("is-not-there")
    assert {one.rule for one in app.tick()} == {"first-login"}


def test_what_a_stopped_app_has_not_begun_stays_for_others(app: App, engine: Engine, inbox: Inbox) -> None:
    sign_up(engine, "blue")
    app.tick()
    app.stop()
    assert app.deliver() == []
    assert inbox.messages == ()


def test_a_pause_holds_what_is_due_until_it_is_resumed(app: App, engine: Engine, inbox: Inbox) -> None:
    sign_up(engine, "blue")
    app.tick()
    assert app.pause(None, who="me", why="a test")
    assert not app.pause(None, who="you", why=None)
    app.deliver()
    assert inbox.messages == ()
    assert app.resume(None)
    assert not app.resume(None)
    app.deliver()
    assert len(inbox.messages) == 2


def test_a_new_rule_comes_into_force_without_a_restart(app: App, folder: Path, engine: Engine) -> None:
    app.tick()
    text = (folder / "rules" / "welcome.yaml").read_text()
    (folder / "rules" / "second.yaml").write_text(text)
    assert {one.rule for one in app.tick()} == {"second"}
    assert count(engine, "rule") == 3


def test_an_invalid_edit_leaves_the_rules_as_they_were(app: App, folder: Path, engine: Engine) -> None:
    app.tick()
    (folder / "rules" / "welcome.yaml").write_text("about: acount\n")
    sign_up(engine, "blue")
    assert {rule.id for rule in app.rules()} == {"first-login", "welcome"}
    assert app.check().errors


def test_a_project_with_a_mistake_does_not_start(folder: Path, engine: Engine) -> None:
    (folder / "rules" / "welcome.yaml").write_text("about: acount\n")
    app = App(Settings(project=folder), engine)
    with pytest.raises(ProjectError, match=r"rules/welcome\.yaml:1:8"):
        app.tick()


def test_a_sweep_of_a_tidy_house_finds_nothing(app: App) -> None:
    assert not app.sweep()


def test_hearts_beat_at_most_every_few_seconds(app: App, engine: Engine) -> None:
    app.beat_heart("w1", "worker")
    with read(engine) as connection:
        first = connection.execute(select(tables.heartbeat.c.at)).scalar_one()
    app.beat_heart("w1", "worker")
    with read(engine) as connection:
        assert connection.execute(select(tables.heartbeat.c.at)).scalar_one() == first


def test_opened_it_finds_its_project_and_its_database(tmp_path: Path) -> None:
    with App.open(Settings(project=make_project(tmp_path))) as app:
        assert app.status().rules == ()
    with pytest.raises(ProjectError, match="firstwin init"), App.open(Settings(project=tmp_path / "typo")):
        pass


def by_plan(folder: Path) -> None:
    path = folder / "firstwin.yaml"
    path.write_text(path.read_text() + "go_live: by_plan\n")


def slower(folder: Path) -> None:
    path = folder / "rules" / "first-login.yaml"
    path.write_text(path.read_text().replace("24 hours", "48 hours"))


def applied(app: App) -> None:
    with write(app.engine) as connection:
        run = open_run(connection, tables.LIVE)
        sync_rules(connection, run.id, app.rules(), clock(connection))


def waits(app: App) -> set[timedelta]:
    return {step.wait for rule in app.in_force().env.rules for step in rule.steps}


def test_by_plan_the_last_applied_files_stay_in_force_until_the_next_are_applied(app: App, folder: Path) -> None:
    by_plan(folder)
    with pytest.raises(NotAppliedError, match="firstwin apply"):
        app.tick()
    applied(app)
    app.tick()
    assert app.waits_for_plan() == ""
    slower(folder)
    assert waits(app) == {timedelta(0), timedelta(hours=24)}
    app.tick()
    assert "firstwin apply" in app.waits_for_plan()
    applied(app)
    assert waits(app) == {timedelta(0), timedelta(hours=48)}
    assert app.waits_for_plan() == ""


def test_at_once_a_changed_file_is_in_force_at_once(app: App, folder: Path) -> None:
    app.tick()
    slower(folder)
    assert waits(app) == {timedelta(0), timedelta(hours=48)}
