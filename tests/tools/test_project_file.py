from pathlib import Path

from firstwin.tools.project_file import FILE, holds_project, no_project


def test_a_folder_with_the_file_holds_a_project(tmp_path: Path) -> None:
    assert not holds_project(tmp_path)
    (tmp_path / FILE).touch()
    assert holds_project(tmp_path)


def test_where_there_is_none_it_says_what_makes_one(tmp_path: Path) -> None:
    assert str(tmp_path) in str(no_project(tmp_path))
    assert "firstwin init" in str(no_project(tmp_path))
