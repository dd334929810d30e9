from pathlib import Path

from firstwin.settings import load
from firstwin.tools.check import check
from firstwin.tools.new_project import new_project, shipped


def test_a_new_project_holds_what_is_shipped_and_has_no_mistake(tmp_path: Path) -> None:
    done = new_project(tmp_path)
    rules = {path.name for path in (shipped() / "rules").rglob("*.yaml")}
    assert {path.name for path in (tmp_path / "rules").rglob("*.yaml")} == rules
    assert {path for path in done.written if not (tmp_path / path).is_file()} == set()
    assert check(tmp_path, {}).errors == ()


def test_a_new_project_asks_for_no_environment_variable(tmp_path: Path) -> None:
    new_project(tmp_path)
    lines = [
        line for line in (tmp_path / "firstwin.yaml").read_text().splitlines() if not line.lstrip().startswith("#")
    ]
    assert [line for line in lines if "${" in line] == []


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "activated.yaml").write_text("mine")
    done = new_project(tmp_path)
    assert Path("rules/activated.yaml") in done.kept
    assert (tmp_path / "rules" / "activated.yaml").read_text() == "mine"


def test_done_again_nothing_is_written(tmp_path: Path) -> None:
    first = new_project(tmp_path)
    again = new_project(tmp_path)
    assert again.written == ()
    assert set(again.kept) == set(first.written)


def test_a_new_project_has_a_secret_of_its_own_for_no_eyes_but_the_owners(tmp_path: Path) -> None:
    found = set()
    for name in ("one", "two"):
        new_project(tmp_path / name)
        settings = load(tmp_path / name)
        assert len(settings.secret) >= 40
        assert settings.public_url == f"http://localhost:{settings.web_port}"
        assert (tmp_path / name / ".env").stat().st_mode & 0o777 == 0o600
        assert ".env" in (tmp_path / name / ".gitignore").read_text().splitlines()
        found.add(settings.secret)
    assert len(found) == 2


def test_settings_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FIRSTWIN_POLL=3\n")
    assert Path(".env") in new_project(tmp_path).kept
    assert (tmp_path / ".env").read_text() == "FIRSTWIN_POLL=3\n"
