from pathlib import Path

import pytest

from firstwin.tools.files import Files
from tests.cli.given import make_project

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def files(folder: Path) -> Files:
    return Files(folder, dict)


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    path.write_text(path.read_text().replace(old, new))


def test_unchanged_files_are_not_read_again(folder: Path) -> None:
    looking = files(folder)
    assert looking.look() is looking.look()


@pytest.mark.parametrize("name", ["firstwin.yaml", "rules/welcome.yaml", "templates/mail/welcome.md"])
def test_a_change_is_seen(folder: Path, name: str) -> None:
    looking = files(folder)
    before = looking.good()
    (folder / name).write_text((folder / name).read_text() + "\n")
    after = looking.good()
    assert after is not None
    assert after is not before


def test_a_file_that_is_new_or_gone_is_seen(folder: Path) -> None:
    looking = files(folder)
    (folder / "rules" / "second.yaml").write_text((folder / "rules" / "welcome.yaml").read_text())
    assert {rule.id for rule in looking.look().library.rules} == {"first-login", "second", "welcome"}
    (folder / "rules" / "welcome.yaml").unlink()
    assert {rule.id for rule in looking.look().library.rules} == {"first-login", "second"}


def test_an_invalid_edit_leaves_the_last_good_one_in_force_and_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    looking = files(folder)
    before = looking.good()
    rewrite(folder, "rules/welcome.yaml", "about: account", "about: acount")
    assert looking.good() is before
    assert looking.look().errors
    assert "rules/welcome.yaml:1:8" in "".join(capsys.readouterr())


def test_a_mended_edit_comes_into_force(folder: Path) -> None:
    looking = files(folder)
    before = looking.good()
    rewrite(folder, "rules/welcome.yaml", "about: account", "about: acount")
    assert looking.good() is before
    rewrite(folder, "rules/welcome.yaml", "about: acount", "about: account\nmode: shadow")
    after = looking.good()
    assert after is not None
    assert {rule.mode for rule in after.library.rules} == {"live", "shadow"}


def test_a_project_that_never_was_right_has_nothing_in_force(folder: Path) -> None:
    rewrite(folder, "rules/welcome.yaml", "about: account", "about: acount")
    assert files(folder).good() is None
