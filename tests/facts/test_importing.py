from __future__ import annotations

import gc
import gzip
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.facts.importing import MANY, MOST_OLD, Imported, Terms, import_files
from firstwin.facts.rejects import Bad
from firstwin.facts.storing import MOST_ROWS
from tests.facts.messages import Body, day, group, identify, rows, track

pytestmark = pytest.mark.slow

CUT = Path(__file__).parents[1] / "data" / "cdnow-cut.jsonl.gz"
HISTORY = Terms(history=True)


@dataclass
class Watched:
    """Remembers what it was told; ``stored`` is set whenever something was stored."""

    files: list[Path] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    stored: threading.Event = field(default_factory=threading.Event)

    def begins(self, file: Path) -> None:
        self.files.append(file)

    def reached(self, place: int, done: Imported) -> None:
        self.places.append(place)
        if done.new:
            self.stored.set()

    def refused(self, bad: Bad) -> None:
        self.bad.append(bad)


def jsonl(path: Path, bodies: Iterable[Body | bytes]) -> Path:
    lines = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_good_lines_are_stored_and_bad_ones_are_kept_with_the_reason(engine: Engine, tmp_path: Path) -> None:
    nameless = {**track("opened", "p", day(2)), "messageId": None}
    file = jsonl(
        tmp_path / "in.jsonl", [track("opened", "p", day(1)), b"{", b"", nameless, track("opened", "p", day(3))]
    )
    watched = Watched()
    done = import_files(engine, [file], Terms(), watched)
    assert (done.messages, done.new, done.repeated, done.bad) == (4, 2, 0, 2)
    assert [row[4] for row in rows(engine, "opened")] == [day(1), day(3)]
    assert [(bad.file, bad.line) for bad in watched.bad] == [(str(file), 2), (str(file), 4)]
    assert done.rejects == [tmp_path / "in.rejects.jsonl"]
    kept = [json.loads(line) for line in done.rejects[0].read_text().splitlines()]
    assert [(line["line"], line["message"]) for line in kept] == [(2, "{"), (4, json.dumps(nameless))]
    assert watched.places[-1] == file.stat().st_size


def test_the_same_files_again_change_nothing(engine: Engine, tmp_path: Path) -> None:
    files = [
        jsonl(tmp_path / "one.jsonl", [identify("p", day(1), plan="x"), group("p", "a", day(1))]),
        jsonl(tmp_path / "two.jsonl", [track("opened", "p", day(2))]),
    ]
    assert import_files(engine, files, Terms(), Watched()).new == 3
    before = rows(engine)
    again = import_files(engine, files, Terms(), Watched())
    assert (again.new, again.repeated, again.facts) == (0, 3, 0)
    assert rows(engine) == before


def test_an_import_of_history_was_known_since_it_happened(engine: Engine, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "in.jsonl", [track("opened", "p", day(1))])
    import_files(engine, [file], HISTORY, Watched())
    e = tables.event.c
    with read(engine) as connection:
        assert connection.execute(select(e.name).where(e.known_at != e.occurred_at)).all() == []
        assert len(connection.execute(select(e.name).where(e.received_at != e.occurred_at)).all()) > 0


def test_history_without_a_time_is_refused_and_news_without_one_is_of_now(engine: Engine, tmp_path: Path) -> None:
    timeless = {key: value for key, value in track("opened", "p", day(1)).items() if key != "timestamp"}
    file = jsonl(tmp_path / "in.jsonl", [timeless])
    assert import_files(engine, [file], HISTORY, Watched()).bad == 1
    assert import_files(engine, [file], Terms(), Watched()).new == 1
    with read(engine) as connection:
        assert abs(rows(engine, "opened")[0][4] - clock(connection)) < timedelta(minutes=1)


def test_dates_lie_in_the_zone_of_the_project(engine: Engine, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "in.jsonl", [group("p", "a", day(1), ends="2026-05-01")])
    import_files(engine, [file], Terms(zone="Asia/Tokyo"), Watched())
    e = tables.event.c
    with read(engine) as connection:
        found = connection.scalars(select(e.value_at).where(e.name == "firstwin.account.ends")).one()
    assert found == datetime(2026, 4, 30, 15, tzinfo=UTC)


def test_events_without_an_account_are_told(engine: Engine, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "in.jsonl", [track("opened", "p", day(1)), track("opened", "q", day(1), account="a")])
    assert import_files(engine, [file], Terms(), Watched()).unplaced == 1


def test_a_damaged_file_is_told_and_what_came_before_is_stored(engine: Engine, tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(json.dumps(track("opened", "p", day(n))).encode() + b"\n" for n in range(20_000)))
    broken, good = tmp_path / "broken.jsonl.gz", jsonl(tmp_path / "good.jsonl", [track("closed", "p", day(1))])
    broken.write_bytes(whole[: len(whole) // 2])
    done = import_files(engine, [broken, good], HISTORY, Watched())
    assert "broken.jsonl.gz can't be read to its end" in done.trouble[0]
    assert done.new > 5_000
    assert len(rows(engine, "closed")) == 1


def test_a_missing_file_is_told_and_the_others_are_taken(engine: Engine, tmp_path: Path) -> None:
    good = jsonl(tmp_path / "good.jsonl", [track("closed", "p", day(1))])
    done = import_files(engine, [tmp_path / "missing.jsonl", good], HISTORY, Watched())
    assert (len(done.trouble), done.new) == (1, 1)


# ---- a stream -------------------------------------------------------------------------------------------------------


def test_a_stream_is_stored_while_it_goes_on(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader, writer = os.pipe()
    watched = Watched()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(import_files, engine, [Path("-")], Terms(), watched, stream=reader)
        os.write(writer, json.dumps(track("opened", "p", day(1))).encode() + b"\n")
        assert watched.stored.wait(30)
        assert len(rows(engine, "opened")) == 1
        os.write(writer, b"{\n" + json.dumps(track("opened", "p", day(2))).encode())
        os.close(writer)
        done = running.result()
    os.close(reader)
    assert (done.new, done.bad) == (2, 1)
    assert str(watched.bad[0]).startswith("standard input:2 ")
    assert (tmp_path / "stdin.rejects.jsonl").exists()


# ---- stopping and refusing ------------------------------------------------------------------------------------------


@dataclass
class Interrupting(Watched):
    """Somebody presses Ctrl-C when the first batch is stored."""

    def reached(self, place: int, done: Imported) -> None:
        super().reached(place, done)
        raise KeyboardInterrupt


def test_what_is_stored_stays_when_somebody_stops_it(engine: Engine, tmp_path: Path) -> None:
    file = old(tmp_path / "in.jsonl", 12_000)
    done = import_files(engine, [file], HISTORY, Interrupting())
    assert done.stopped
    assert 0 < done.new < 12_000
    assert import_files(engine, [file], HISTORY, Watched()).repeated == done.new


class InterruptedAtBad(Watched):
    """Somebody presses Ctrl-C when the first bad line is told."""

    def refused(self, bad: Bad) -> None:
        super().refused(bad)
        raise KeyboardInterrupt


def test_what_is_being_stored_when_somebody_stops_it_is_stored_and_counted(engine: Engine, tmp_path: Path) -> None:
    file = old(tmp_path / "in.jsonl", MOST_ROWS + 1)
    file.write_bytes(file.read_bytes() + b"{\n")
    done = import_files(engine, [file], HISTORY, InterruptedAtBad())
    assert (done.stopped, done.new, done.rejects) == (True, MOST_ROWS, [tmp_path / "in.rejects.jsonl"])
    assert len(rows(engine, "opened")) == MOST_ROWS


def has_ticked(engine: Engine, run: str = tables.LIVE) -> None:
    with write(engine) as connection:
        numbers = dict.fromkeys(("starts", "nudges", "skips", "missed", "took_ms"), 0)
        tick = {"run": run, "rule": "r", "slot": day(1), "version": "", "done_at": day(1)}
        connection.execute(insert(tables.tick).values({**tick, **numbers}))


def old(path: Path, count: int) -> Path:
    return jsonl(path, (track("opened", "p", day(n / 1000)) for n in range(count)))


def test_much_of_the_past_is_not_taken_for_news_once_rules_run(engine: Engine, tmp_path: Path) -> None:
    has_ticked(engine)
    file = old(tmp_path / "in.jsonl", MOST_OLD + 1)
    refused = import_files(engine, [file], Terms(), Watched())
    assert "--history" in refused.trouble[0]
    assert (refused.new, rows(engine)) == (0, [])
    assert import_files(engine, [file], HISTORY, Watched()).trouble == []
    assert import_files(engine, [file], Terms(), Watched()).trouble == []  # nothing of it is new any more


def test_whoever_insists_has_the_past_taken_for_news(engine: Engine, tmp_path: Path) -> None:
    has_ticked(engine)
    done = import_files(engine, [old(tmp_path / "in.jsonl", MOST_OLD + 1)], Terms(live=True), Watched())
    assert (done.new, done.trouble) == (MOST_OLD + 1, [])


def test_a_little_of_the_past_may_be_news(engine: Engine, tmp_path: Path) -> None:
    has_ticked(engine)
    assert import_files(engine, [old(tmp_path / "in.jsonl", MOST_OLD)], Terms(), Watched()).trouble == []


def test_only_rules_that_run_live_are_in_the_way(engine: Engine, tmp_path: Path) -> None:
    has_ticked(engine, "past")
    assert import_files(engine, [old(tmp_path / "in.jsonl", MOST_OLD + 1)], Terms(), Watched()).trouble == []


def test_an_import_leaves_the_collector_of_garbage_as_it_was(engine: Engine, tmp_path: Path) -> None:
    usual = gc.get_threshold()
    import_files(engine, [old(tmp_path / "in.jsonl", 1)], Terms(), Watched())
    assert gc.get_threshold() == usual


# ---- real input -----------------------------------------------------------------------------------------------------


def test_real_customers_and_their_orders_are_all_there(engine: Engine) -> None:
    lines = [json.loads(line) for line in gzip.decompress(CUT.read_bytes()).splitlines()]
    assert import_files(engine, [CUT], HISTORY, Watched()).new == len(lines)
    orders = Counter(line["userId"] for line in lines if line["type"] == "track")
    e = tables.event.c
    counted = select(e.account_id, func.count()).where(e.name == "Order Completed").group_by(e.account_id)
    with read(engine) as connection:
        assert {row[0]: row[1] for row in connection.execute(counted)} == orders
        assert set(connection.scalars(select(tables.account.c.id))) == {line["userId"] for line in lines}
    assert import_files(engine, [CUT], HISTORY, Watched()).facts == 0


@pytest.mark.slow
def test_after_a_large_import_the_planner_knows_what_there_is(engine: Engine, tmp_path: Path) -> None:
    import_files(engine, [old(tmp_path / "in.jsonl", MANY)], HISTORY, Watched())
    counted = {
        "sqlite": "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'event' AND stat IS NOT NULL",
        "postgresql": "SELECT count(*) FROM pg_stats WHERE tablename = 'event' AND attname = 'name'",
    }
    with read(engine) as connection:
        assert connection.execute(text(counted[engine.dialect.name])).scalar_one() > 0


IMPORT = """
import re, sys
from pathlib import Path
from firstwin.db.engine import open_database
from firstwin.facts.importing import Terms, import_files
from tests.facts.test_importing import Watched
assert import_files(open_database(sys.argv[1]), [Path(sys.argv[2])], Terms(history=True), Watched()).bad == 0
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what a process ever took")
@pytest.mark.slow
def test_an_import_takes_little_memory_whatever_the_messages_are_like(tmp_path: Path, database_url: str) -> None:
    def messages() -> Iterable[Body]:
        for n in range(40_000):
            yield track("opened", f"p{n}", day(n / 1000), text="x" * 1000)
        for n in range(300):
            yield identify(f"p{n}", day(50), **{f"trait{i}": "x" * 20 for i in range(500)})
        for n in range(500):
            yield track("large", "p", day(60 + n), text="x" * 31_000)

    file = jsonl(tmp_path / "in.jsonl", messages())
    command = [sys.executable, "-c", IMPORT, database_url, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert int(done.stdout) <= 150
