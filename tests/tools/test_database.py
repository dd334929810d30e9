from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from firstwin.db.engine import DatabaseError, open_database, write
from firstwin.db.migrate import is_current
from firstwin.db.tables import event_name
from firstwin.tools.check import ProjectError, check
from firstwin.tools.database import ground, migrate, must_have_tables, opened, unseen_events
from tests.cli.given import make_project
from tests.outbox.given import NOON


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/here.db"


def test_sqlite_gets_its_tables_by_itself(url: str) -> None:
    with opened(url) as engine:
        must_have_tables(engine)
        assert is_current(engine)


def test_migrating_again_changes_nothing(url: str) -> None:
    assert migrate(url)
    assert not migrate(url)


def test_a_database_that_does_not_answer_is_told_in_a_sentence() -> None:
    with (
        pytest.raises(DatabaseError, match="does not answer"),
        opened("postgresql://me:hunter2@127.0.0.1:1/none") as engine,
    ):
        must_have_tables(engine)


def test_facts_need_no_rule_to_be_right(url: str, tmp_path: Path) -> None:
    (make_project(tmp_path) / "rules" / "welcome.yaml").write_text("about: acount\n")
    with ground(tmp_path, url, {}) as found:
        assert found.project.name == "Acme"
        assert is_current(found.engine)


def test_facts_need_a_project(url: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="firstwin init"), ground(tmp_path, url, {}):
        pass
    assert not (tmp_path / "here.db").exists()


def test_events_that_never_came_are_warned_of_once_others_have(url: str, tmp_path: Path) -> None:
    library = check(make_project(tmp_path), {}).library
    assert unseen_events(url, library) == []
    assert not (tmp_path / "here.db").exists()
    migrate(url)
    assert unseen_events(url, library) == []
    came(open_database(url), "signed_up")
    assert {(problem.file, problem.severity) for problem in unseen_events(url, library)} == {
        ("rules/first-login.yaml", "warning")
    }
    told = [problem.message for problem in unseen_events(url, library)]
    assert "The rule holds its nudges until `logged_in` comes in for the first time." in told


def came(engine: Engine, name: str) -> None:
    with write(engine) as connection:
        connection.execute(insert(event_name).values(name=name, first_at=NOON, last_at=NOON, count=1))
    engine.dispose()
