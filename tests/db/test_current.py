"""What is asked at every start says the same as Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import insert

from firstwin.db.current import KEPT_BY_ALEMBIC, NEWEST, is_current
from firstwin.db.engine import open_database, write
from firstwin.db.migrate import MIGRATIONS, upgrade


def test_the_newest_is_that_of_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_only_the_newest_alone_is_current(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/here.db")
    said = [is_current(engine)]
    upgrade(engine)
    said.append(is_current(engine))
    with write(engine) as connection:
        connection.execute(insert(KEPT_BY_ALEMBIC).values(version_num="9999"))
    said.append(is_current(engine))
    engine.dispose()
    assert said == [False, True, False]
