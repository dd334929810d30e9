"""A backtest that several processes share comes to the same as one alone, whatever becomes of the helpers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from threading import active_count, get_native_id

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, insert, select, text

from firstwin.beside import ANOTHER
from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.rules.terms import Record, Step
from firstwin.tools.backtest import company
from firstwin.tools.backtest.came import Left, Sent
from firstwin.tools.backtest.letters import Task, environment_letter, rule_letter, write_task
from firstwin.tools.backtest.run import run_backtest
from firstwin.tools.backtest.shards import EVERYBODY, shards
from firstwin.tools.backtest.sight import sight
from firstwin.tools.scratch import scratch
from tests.tick.bench_of_rules import rule
from tests.tools.backtest.test_run import GRID, HOUR, world
from tests.worker.processes import eventually

EVENT = rule()  # about accounts
ENDS_AT_ONCE = "raise SystemExit"
ENDS_HALF_WAY = "import sys; sys.stdin.readline(); print('sees'); sys.exit(1)"
RECORDER = rule("records", HOUR, Record("activated"))  # as every project has one


class Shared:
    """A rule of the pool over its own past; ``shares`` is what the last backtest said of how far it was."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.env = engine, world(engine, name, GRID)
        self.asked = self.env.rules[-1]
        self.shares: list[float] = []

    def found(self, processes: int, told: Callable[[float], None] = lambda _: None) -> tuple[list[Sent], list[Left]]:
        def hear(share: float) -> None:
            self.shares.append(share)
            told(share)

        self.shares.clear()
        came = run_backtest(self.engine, self.env, self.asked, GRID, hear, processes=processes)
        return came.sent[self.asked.id], came.left[self.asked.id]

    @property
    def own_shards(self) -> int:
        """How many this process did."""
        return self.shares.count(1.0)


@pytest.mark.parametrize("name", ["until-login", "series-every-time", "busy", "person-invited"])
def test_with_helpers_and_where_they_fail_it_comes_to_the_same(
    engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Shared(engine, name)
    alone = shared.found(1)
    assert alone[0]
    for program, own_shards in {company.PROGRAM: 1, ENDS_AT_ONCE: 3, ENDS_HALF_WAY: 3}.items():
        monkeypatch.setattr(company, "PROGRAM", program)
        assert shared.found(3) == alone
        assert shared.own_shards == own_shards


def test_what_changes_before_a_helper_looks_is_not_seen(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, is_changed = Shared(engine, "until-login"), tmp_path / "changed"
    alone = shared.found(1)
    waits = f"import os, time\nwhile not os.path.exists({str(is_changed)!r}): time.sleep(0.01)\n"
    monkeypatch.setattr(company, "PROGRAM", waits + company.PROGRAM)

    def told(_share: float) -> None:
        if not is_changed.exists():
            with write(engine) as connection:
                connection.execute(delete(tables.event))
            is_changed.touch()

    assert shared.found(2, told) == alone
    assert shared.own_shards == (2 if engine.dialect.name == "sqlite" else 1)
    assert shared.found(1) == ([], [])


def test_a_rule_that_builds_on_no_other_is_shared_though_another_records_the_goal(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Shared(engine, "until-login")
    shared.env = replace(shared.env, rules=(RECORDER, shared.asked))
    alone = shared.found(1)
    assert alone[0]
    assert shared.found(3) == alone
    monkeypatch.setattr(company, "PROGRAM", ENDS_AT_ONCE)
    assert shared.found(3) == alone
    assert shared.own_shards == 3


def test_helpers_end_with_a_backtest_that_is_interrupted(engine: Engine) -> None:
    shared = Shared(engine, "until-login")
    begun: list[str] = []

    def told(_share: float) -> None:
        begun.extend(children())
        raise KeyboardInterrupt

    before = active_count(), children()
    with pytest.raises(KeyboardInterrupt):
        shared.found(3, told)
    assert len(begun) == 2 + len(before[1])
    assert (active_count(), children()) == before


def children() -> list[str]:
    """The processes that this one began and that have not ended."""
    return Path(f"/proc/self/task/{get_native_id()}/children").read_text().split()


def test_a_helper_ends_when_whoever_asked_is_gone_whatever_it_waits_for(postgres_engine: Engine) -> None:
    shared = Shared(postgres_engine, "until-login")
    url = postgres_engine.url.render_as_string(hide_password=False)
    task = Task(url, None, rule_letter(shared.asked), environment_letter(shared.env), GRID, EVERYBODY)
    with postgres_engine.begin() as connection:
        connection.execute(text("LOCK TABLE event, account, member IN ACCESS EXCLUSIVE MODE"))
        with Popen([*ANOTHER, "-c", company.PROGRAM], stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL) as helper:
            assert helper.stdin is not None
            helper.stdin.write(write_task(task))
            helper.stdin.flush()
            assert eventually(lambda: waiting(postgres_engine))
            helper.stdin.close()
            assert helper.wait(30)
        assert eventually(lambda: not waiting(postgres_engine))


def waiting(engine: Engine) -> bool:
    """Whether a connection waits for a lock."""
    query = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with read(engine) as connection:
        found: bool = connection.execute(text(query)).scalar_one()
    return found


def test_where_no_process_can_be_begun_this_one_does_all(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(engine, "until-login")
    alone = shared.found(1)
    monkeypatch.setattr(company, "ANOTHER", ("/nowhere/python",))
    assert shared.found(2) == alone
    assert shared.own_shards == 2


def test_a_rule_that_writes_what_only_this_process_knows_is_done_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Shared(engine, "until-login")
    shared.asked = replace(shared.asked, steps=(Step("", HOUR, (Record("done"),)),))
    shared.env = replace(shared.env, rules=(shared.asked,))
    monkeypatch.setattr(company, "PROGRAM", ENDS_AT_ONCE)
    assert shared.found(2)[0]
    assert shared.own_shards == 1


IDS = st.sets(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3), max_size=12)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(IDS, st.integers(1, 5))
def test_everybody_is_in_one_shard(engine: Engine, ids: set[str], processes: int) -> None:
    id_ = tables.account.c.id
    with write(engine) as connection:
        connection.execute(delete(tables.account))
        if ids:
            connection.execute(insert(tables.account), [{"id": one, "traits": {}, "asserted": {}} for one in ids])
    with read(engine) as connection:
        parts = shards(connection, EVENT, processes)
        theirs = [list(connection.scalars(select(id_).where(*one.has(id_)))) for one in parts]
    assert sorted(one for part in theirs for one in part) == sorted(ids)
    assert len(parts) == (processes if len(ids) >= processes else 1)
    assert all(theirs) or not ids


def test_few_subjects_are_not_shared(engine: Engine) -> None:
    world(engine, "until-login", GRID)
    with read(engine) as connection:
        assert shards(connection, EVENT, None) == [EVERYBODY]


def test_who_looks_later_sees_the_same_or_is_known_not_to(engine: Engine) -> None:
    world(engine, "until-login", GRID)
    query = select(func.count()).select_from(tables.event)
    with sight(engine) as seen, scratch(engine, (), GRID.begin, own_facts=False) as (connection, _):
        snapshot = seen.snapshot(connection)
        assert seen.is_shared()
        with write(engine) as writer:
            writer.execute(delete(tables.event))
        with scratch(engine, (), GRID.begin, own_facts=False, snapshot=snapshot) as (later, _):
            is_the_same = later.scalar(query) == connection.scalar(query)
        assert seen.is_shared() == is_the_same == (engine.dialect.name == "postgresql")
