from pathlib import Path

import pytest

from firstwin.db.engine import DatabaseError
from firstwin.db.migrate import is_current
from firstwin.tools.check import ProjectError
from firstwin.tools.database import ground, migrate, must_have_tables, opened
from tests.cli.given import make_project


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
