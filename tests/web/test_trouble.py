"""While the database is away or stuck nothing is lost and nobody is told otherwise; a broker in trouble is nobody's trouble."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from firstwin.db import migrate
from firstwin.db.engine import clock, open_database, read, write
from firstwin.db.tables import event
from firstwin.facts.posted import Posted, Unfit
from firstwin.facts.segment import Message
from firstwin.facts.write_keys import make_key
from firstwin.web.intake import Unavailable, Writer
from tests.servers.valkey import valkey
from tests.web.given import Site, running, track
from tests.worker.processes import eventually

FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END$$
"""
TAKEN = Posted([Message("m", "event", "ada", None, 10**15, "opened", {})], [])


@pytest.fixture
def away(postgres_engine: Engine) -> Iterator[Engine]:
    """A database of its own, which can go away."""
    with postgres_engine.execution_options(isolation_level="AUTOCOMMIT").connect() as server:
        server.execute(text("CREATE DATABASE away"))
        engine = open_database(postgres_engine.url.set(database="away").render_as_string(hide_password=False))
        migrate.upgrade(engine)
        yield engine
        engine.dispose()
        server.execute(text("DROP DATABASE away WITH (FORCE)"))


def lets_nobody_in(server: Engine, *, wanted: bool) -> None:
    with server.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"ALTER DATABASE away ALLOW_CONNECTIONS {not wanted}"))
        if wanted:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away'"))


def test_while_the_database_is_away_senders_are_asked_to_come_back(
    away: Engine, postgres_engine: Engine, tmp_path: Path
) -> None:
    with running(away, tmp_path / "project") as site:
        assert site.batch(track("before")).status_code == 200
        lets_nobody_in(postgres_engine, wanted=True)
        answer = site.batch(track("during"))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["code"] == "unavailable"
        lets_nobody_in(postgres_engine, wanted=False)
        assert site.batch(track("during")).status_code == 200
        assert [row.name for row in site.facts()] == ["before", "during"]


def test_a_key_that_cannot_be_looked_up_is_not_called_wrong(
    away: Engine, postgres_engine: Engine, tmp_path: Path
) -> None:
    with running(away, tmp_path / "project") as site:
        assert site.batch(track()).status_code == 200
        with write(site.engine) as connection:
            new = make_key(connection, "web", who="test", at=clock(connection))
        lets_nobody_in(postgres_engine, wanted=True)
        answer = site.batch(track("during"), key=new)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        lets_nobody_in(postgres_engine, wanted=False)
        assert site.batch(track("during"), key=new).status_code == 200
        assert site.batch(track("after"), key="fw_wrong").status_code == 401


def test_a_key_that_is_not_known_does_not_wait_for_ever(postgres_engine: Engine, tmp_path: Path) -> None:
    with running(postgres_engine, tmp_path / "project", patience_s=0.5) as site:
        assert site.batch(track()).status_code == 200
        with write(postgres_engine) as connection:
            connection.execute(text("LOCK TABLE write_key IN ACCESS EXCLUSIVE MODE"))
            answers = [site.batch(track("during"), key="fw_wrong").status_code for _ in range(2)]
            assert 503 in answers


@contextmanager
def stuck(engine: Engine) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with write(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_database_that_is_stuck_keeps_nobody_waiting_for_ever_and_stores_nothing_twice(
    engine: Engine, tmp_path: Path
) -> None:
    with running(engine, tmp_path / "project", patience_s=1) as site:
        with stuck(engine):
            assert site.batch(track()).status_code == 503
        assert eventually(lambda: site.batch(track()).status_code == 200)
        assert [row.name for row in site.facts()] == ["opened"]


def test_what_nobody_waits_for_any_more_is_not_stored(engine: Engine, tmp_path: Path) -> None:
    """Else a message without an id, sent again as it was told, would count twice."""
    nameless = {"userId": "ada", "event": "opened"}
    with running(engine, tmp_path / "project", patience_s=1) as site:
        with stuck(engine):
            under_way = threading.Thread(target=site.batch, args=(track("under way"),))
            under_way.start()
            threading.Event().wait(0.3)  # the next one waits behind it
            assert site.post("/v1/track", nameless).status_code == 503
            under_way.join()
        assert eventually(lambda: site.post("/v1/track", nameless).status_code == 200)
        assert [row.name for row in site.facts("opened")] == ["opened"]


def test_of_several_sources_nobody_is_stored_who_gave_up_before_its_turn(engine: Engine) -> None:
    writer = Writer(engine, lambda: "UTC", 0.5)

    async def bring(source: str) -> None:
        own = Posted([TAKEN.messages[0]._replace(id=source)], [])
        with pytest.raises(Unavailable):
            await writer.store(source, own)

    async def bring_together() -> None:
        asked = [asyncio.create_task(bring(source)) for source in ("a", "b", "c")]
        await asyncio.sleep(0)
        writer.start()
        await asyncio.gather(*asked)

    with stuck(engine):
        asyncio.run(bring_together())
    writer.stop()
    with read(engine) as connection:
        assert connection.scalars(select(event.c.id).where(event.c.id.is_not(None))).all() == ["a"]


def test_a_disk_that_is_full_is_nobodys_fault(postgres_engine: Engine, tmp_path: Path) -> None:
    """At a 400 senders drop what they have."""
    with running(postgres_engine, tmp_path / "project") as site:
        with write(postgres_engine) as connection:
            connection.exec_driver_sql(FULL_DISK)
            connection.exec_driver_sql(
                "CREATE TRIGGER full_disk BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
        try:
            assert site.batch(track("during")).status_code == 503
        finally:
            with write(postgres_engine) as connection:
                connection.exec_driver_sql("DROP FUNCTION full_disk CASCADE")
        assert site.batch(track("after")).status_code == 200
        assert len(site.facts("during", "after")) == 1


@pytest.mark.parametrize("trouble", ["default_transaction_read_only = on", "statement_timeout = '1ms'"])
def test_a_database_that_takes_nothing_for_now_is_nobodys_fault(
    away: Engine, postgres_engine: Engine, tmp_path: Path, trouble: str
) -> None:
    """A standby after a switch, or a limit that somebody set: as above, of those whose people are known."""
    many = [{**track("opened"), "messageId": f"m{number}"} for number in range(400)]
    with running(away, tmp_path / "project") as site:
        assert site.batch(*many[:200]).status_code == 200
        setting, _, value = trouble.partition(" = ")
        with postgres_engine.execution_options(isolation_level="AUTOCOMMIT").connect() as server:
            server.execute(text(f"ALTER DATABASE away SET {setting} = {value}"))
            site.engine.dispose()
            assert site.batch(*many[200:]).status_code == 503
            server.execute(text(f"ALTER DATABASE away RESET {setting}"))
        site.engine.dispose()
        assert site.batch(*many).status_code == 200
        assert len(site.facts("opened")) == len(many)


def test_a_database_that_is_stuck_keeps_nobody_from_stopping(engine: Engine) -> None:
    writer = Writer(engine, lambda: "UTC", 0.3)
    writer.start()
    with stuck(engine):
        with pytest.raises(Unavailable):
            asyncio.run(writer.store("shop", TAKEN))
        began = time.monotonic()
        writer.stop()
        assert time.monotonic() - began < 5
    writer.stop()


def test_two_sites_that_store_and_refuse_never_wait_for_each_other(postgres_engine: Engine) -> None:
    """Each stores and refuses for both sources, in opposite orders."""
    writer = Writer(postgres_engine, lambda: "UTC", 5.0)
    deadlocks: list[OperationalError] = []
    refused = Posted(TAKEN.messages, [Unfit(0, None, "no")])

    def store(*sources: str) -> None:
        for _ in range(100):
            try:
                for source in sources:
                    writer._write(source, [refused, TAKEN])
            except OperationalError as error:
                deadlocks.append(error)
                return

    one = threading.Thread(target=store, args=["first", "second"])
    other = threading.Thread(target=store, args=["second", "first"])
    for thread in (one, other):
        thread.start()
    for thread in (one, other):
        thread.join()
    assert deadlocks == []


def test_a_frozen_broker_slows_nobody_down(engine: Engine, tmp_path: Path) -> None:
    with valkey() as broker, running(engine, tmp_path / "project", broker_url=broker) as site:
        with Redis.from_url(broker) as client:
            pid = client.info()["process_id"]
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        for number in range(20):
            assert site.batch(track(str(number))).status_code == 200
        took = time.monotonic() - began
        os.kill(pid, signal.SIGCONT)
    assert took < 3  # each publish would wait for as long


def test_a_broker_that_is_gone_slows_nobody_down(engine: Engine, tmp_path: Path) -> None:
    with running(engine, tmp_path / "project", broker_url="redis://127.0.0.1:1/0") as site:
        began = time.monotonic()
        for number in range(20):
            assert site.batch(track(str(number))).status_code == 200
        assert time.monotonic() - began < 3


def test_those_that_come_together_share_a_transaction(engine: Engine, tmp_path: Path) -> None:
    def send(site: Site, number: int) -> None:
        answers.append(site.batch(track(str(number), messageId=f"m{number}")).status_code)

    answers: list[int] = []
    with running(engine, tmp_path / "project") as site:
        with stuck(engine):
            threads = [threading.Thread(target=send, args=(site, number)) for number in range(30)]
            for thread in threads:
                thread.start()
            threading.Event().wait(0.5)  # they wait for the one who writes
        for thread in threads:
            thread.join()
        assert answers == [200] * 30
        rows = site.facts()
    assert len(rows) == 30
    assert len({row.received_at for row in rows}) <= 3
