import json
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery.beat import Scheduler
from redis import Redis
from sqlalchemy import Engine, select

from firstwin.app import App
from firstwin.bell import EMBEDDED, Bell, Task, celery_app
from firstwin.db import tables
from firstwin.db.engine import read
from firstwin.deliver.deliverer import Delivered
from firstwin.settings import Settings
from firstwin.stopping import SIGNALS, Stop
from firstwin.worker import Rounds, _Metronome, _with_schedule, _with_tasks, run_beat, run_worker
from tests.cli.given import make_project


@pytest.fixture
def app(tmp_path: Path, sqlite_engine: Engine) -> App:
    """Without a broker."""
    return an_app(tmp_path, sqlite_engine, broker="")


def an_app(tmp_path: Path, engine: Engine, broker: str) -> App:
    return App(settings(make_project(tmp_path / "project"), broker), engine)


def settings(project: Path, broker: str) -> Settings:
    """The broker within the process is named by commands, and can't be set."""
    return Settings(project=project, broker_url="", worker_name="w1").model_copy(update={"broker_url": broker})


def slots_done(engine: Engine) -> int:
    with read(engine) as connection:
        return len(connection.execute(select(tables.tick)).all())


def hearts(engine: Engine) -> dict[str, str]:
    with read(engine) as connection:
        rows = connection.execute(select(tables.heartbeat.c.who, tables.heartbeat.c.kind)).all()
        return {row.who: row.kind for row in rows}


def test_celery_takes_json_only_and_remembers_nothing() -> None:
    conf = celery_app("redis://127.0.0.1:1/0").conf
    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert conf.result_backend is None
    assert conf.task_ignore_result
    assert not conf.task_publish_retry


def test_there_is_a_task_for_each_ring(app: App) -> None:
    celery = _with_tasks(celery_app(EMBEDDED), app, Rounds(app, timedelta(minutes=1)))
    assert {name for name in celery.tasks if not name.startswith("celery.")} == {task.value for task in Task}


def test_a_bell_from_beat_shows_that_the_whole_way_is_open(app: App, sqlite_engine: Engine) -> None:
    celery = _with_tasks(celery_app(EMBEDDED), app, Rounds(app, timedelta(minutes=1)))
    celery.tasks["sweep"]("beat")
    assert hearts(sqlite_engine) == {"w1 (bells)": "task", "beat": "beat"}


def test_a_ring_for_a_tick_ticks(app: App, sqlite_engine: Engine) -> None:
    celery = _with_tasks(celery_app(EMBEDDED), app, Rounds(app, timedelta(minutes=1)))
    celery.tasks["tick"]()
    assert slots_done(sqlite_engine) == 2


def test_without_a_broker_every_round_does_everything(app: App, sqlite_engine: Engine) -> None:
    Rounds(app, timedelta(minutes=1)).once()
    assert slots_done(sqlite_engine) == 2
    assert hearts(sqlite_engine) == {"w1": "worker"}


def test_with_a_broker_a_round_leaves_alone_what_bells_have_done(tmp_path: Path, sqlite_engine: Engine) -> None:
    rounds = Rounds(an_app(tmp_path, sqlite_engine, broker=EMBEDDED), timedelta(minutes=1))
    rounds.heard(Task.TICK)
    rounds.once()
    assert slots_done(sqlite_engine) == 0


def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    """Wherever it went: another test of this process may have set up logging."""
    return "".join((*capsys.readouterr(), caplog.text))


def test_a_round_that_fails_is_told_and_the_next_one_comes(
    app: App, sqlite_engine: Engine, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Rounds(app, timedelta(minutes=1))
    yaml = app.settings.project / "firstwin.yaml"
    good = yaml.read_text()
    yaml.write_text("name: [")
    rounds.once()
    assert "round.failed" in logged(capsys, caplog)
    yaml.write_text(good)
    Rounds(app, timedelta(minutes=1)).once()
    assert slots_done(sqlite_engine) == 2


def test_each_worker_sees_changed_files_though_the_bells_ring_for_others(
    tmp_path: Path, sqlite_engine: Engine, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    app = an_app(tmp_path, sqlite_engine, broker=EMBEDDED)
    rounds = Rounds(app, timedelta(minutes=1))
    rounds.once()
    (app.settings.project / "rules" / "hello.yaml").write_text("about: [")
    for task in Task:
        rounds.heard(task)
    rounds.once()
    assert "project.invalid" in logged(capsys, caplog)


class Loaded(App):
    """There is always more to send than one round gets done."""

    rounds = 0

    def deliver(self) -> list[Delivered]:
        self.rounds += 1
        return [Delivered(more=True)]


def test_what_a_bell_left_is_taken_up_by_the_next_round_should_the_next_bell_be_lost(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    project = make_project(tmp_path / "project")
    app = Loaded(settings(project, EMBEDDED), sqlite_engine)
    rounds = Rounds(app, timedelta(minutes=1))
    _with_tasks(celery_app(EMBEDDED), app, rounds).tasks["deliver"]()
    rounds.once()
    assert app.rounds == 2


@pytest.mark.parametrize("broker", ["", EMBEDDED])
def test_what_one_round_left_is_taken_up_by_the_next_whoever_heard_the_bell(
    tmp_path: Path, sqlite_engine: Engine, broker: str
) -> None:
    project = make_project(tmp_path / "project")
    app = Loaded(settings(project, broker), sqlite_engine)
    rounds = Rounds(app, timedelta(minutes=1))
    assert [rounds.once() for _ in range(3)] == [True] * 3
    assert app.rounds == 3


def test_when_all_was_sent_a_round_waits_for_its_turn(tmp_path: Path, sqlite_engine: Engine) -> None:
    rounds = Rounds(an_app(tmp_path, sqlite_engine, broker=EMBEDDED), timedelta(minutes=1))
    assert not rounds.once()


def test_a_round_that_was_stopped_does_nothing(app: App, sqlite_engine: Engine) -> None:
    rounds = Rounds(app, timedelta(minutes=1))
    rounds.stop()
    rounds.run()
    rounds.once()
    assert slots_done(sqlite_engine) == 0


def test_beat_rings_for_ticks_and_sweeps_and_keeps_no_file(valkey_url: str) -> None:
    bell = Bell(valkey_url)
    metronome: Scheduler = _Metronome(bell, app=_with_schedule(celery_app(valkey_url), timedelta(seconds=30)))
    schedule = metronome.get_schedule()
    assert {name: entry.schedule.run_every for name, entry in schedule.items() if name in set(Task)} == {
        "tick": timedelta(seconds=30),
        "sweep": timedelta(seconds=5),
    }
    metronome.apply_entry(schedule["tick"])
    bell.close()
    with Redis.from_url(valkey_url) as redis:
        (message,) = redis.lrange("firstwin", 0, -1)
    assert json.loads(message)["headers"]["task"] == "tick"


class Finalized:
    """What is told while a finalizer runs: whatever is raised there is lost."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


class ToldOnce(Stop):
    def wait(self, seconds: float) -> bool:
        Finalized()
        return super().wait(seconds)


@pytest.fixture
def told_once() -> Iterator[Stop]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield ToldOnce()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_beat_ends_whenever_it_is_told_to(app: App, told_once: Stop) -> None:
    run_beat(app, told_once)
    assert told_once.asked


def test_a_worker_without_a_broker_ends_whenever_it_is_told_to(app: App, told_once: Stop) -> None:
    run_worker(app, told_once)
    assert app.stopping.is_set()
