from pathlib import Path

import pytest

from firstwin.db.current import is_current
from firstwin.db.engine import DatabaseError
from firstwin.tools.database import migrate, must_have_tables, opened


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
