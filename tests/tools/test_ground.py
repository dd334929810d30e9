from pathlib import Path

import pytest

from firstwin.db.current import is_current
from firstwin.tools.check import ProjectError
from firstwin.tools.ground import ground
from tests.cli.given import make_project


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/here.db"


def test_facts_need_no_rule_to_be_right(url: str, tmp_path: Path) -> None:
    (make_project(tmp_path) / "rules" / "welcome.yaml").write_text("about: acount\n")
    with ground(tmp_path, url, {}) as found:
        assert found.project.name == "Acme"
        assert is_current(found.engine)


def test_facts_need_a_project(url: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="firstwin init"), ground(tmp_path, url, {}):
        pass
    assert not (tmp_path / "here.db").exists()
