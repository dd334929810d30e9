from pathlib import Path

import pytest

from firstwin.settings import Settings, SettingsError, load, placeholders


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"FIRSTWIN_{field.upper()}", raising=False)


def test_a_relative_database_lies_in_the_project_folder(tmp_path: Path) -> None:
    assert load(tmp_path).database == f"sqlite:///{tmp_path.resolve()}/firstwin.db"


@pytest.mark.parametrize("url", ["sqlite:////var/lib/f.db", "sqlite:///:memory:", "postgresql://u:p@h/d"])
def test_other_databases_stay_as_they_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FIRSTWIN_DATABASE_URL", url)
    assert load(tmp_path).database == url


def test_the_project_folder_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTWIN_PROJECT", str(tmp_path))
    assert load().project == tmp_path


def test_a_variable_wins_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("FIRSTWIN_POLL=7\nFIRSTWIN_CONCURRENCY=2\nOTHER=1\n")
    monkeypatch.setenv("FIRSTWIN_POLL", "9")
    assert (load(tmp_path).poll, load(tmp_path).concurrency) == (9, 2)


def test_placeholders_come_from_the_environment_and_from_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CRM_SECRET=file\nCS_SLACK_URL=file\nEMPTY\n")
    monkeypatch.setenv("CRM_SECRET", "environment")
    found = placeholders(load(tmp_path))
    assert (found["CRM_SECRET"], found["CS_SLACK_URL"]) == ("environment", "file")
    assert "EMPTY" not in found


def test_every_wrong_setting_is_named_at_once_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTWIN_POLL", "soon-secret")
    monkeypatch.setenv("FIRSTWIN_LOG_LEVEL", "loud-secret")
    with pytest.raises(SettingsError) as error:
        load(tmp_path)
    assert "FIRSTWIN_POLL" in str(error.value)
    assert "FIRSTWIN_LOG_LEVEL" in str(error.value)
    assert "secret" not in str(error.value)


def test_no_password_stands_in_the_repr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTWIN_DATABASE_URL", "postgresql://u:hunter2@h/d")
    monkeypatch.setenv("FIRSTWIN_BROKER_URL", "redis://:hunter2@h")
    assert "hunter2" not in repr(load(tmp_path))


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())
