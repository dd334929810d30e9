from pathlib import Path

import pytest
from pydantic import ValidationError

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


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("https://nudges.example.com/", "https://nudges.example.com"),
        ("https://example.com:8443/nudges", "https://example.com:8443/nudges"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("", ""),
    ],
)
def test_the_address_of_the_pages_is_taken_as_it_will_stand_in_mails(said: str, meant: str) -> None:
    assert Settings(public_url=said).public_url == meant


@pytest.mark.parametrize(
    "said",
    [
        *("nudges.example.com", "http://nudges.example.com", "ftp://example.com", "https://", "https:///x"),
        *("https://a:b@example.com", "https://example.com/?a=b", "https://example.com/#a", "https://example.com/a,b"),
        *("https://example.com/a>b", "https://example.com/a b", "https://exämple.com", "https://example.com/\n"),
        f"https://example.com/{'a' * 500}",
    ],
)
def test_an_address_that_a_mail_program_could_not_follow_is_refused(said: str) -> None:
    with pytest.raises(ValidationError):
        Settings(public_url=said)


@pytest.mark.parametrize("secret", ["short", "x" * 31, f"{'x' * 32},short"])
def test_a_secret_that_could_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError) as error:
        Settings(secret=secret)
    assert "32" in str(error.value)
    assert Settings(secret="x" * 32 + "," + "y" * 32).secrets == ("x" * 32, "y" * 32)


@pytest.mark.parametrize(
    ("name", "value"),
    [("FAIL_AT", "nowhere"), ("FAIL_AT", "wired:0"), ("SCHEDULE_SCALE", "0"), ("SCHEDULE_SCALE", "2")],
)
def test_a_rehearsal_that_cannot_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FIRSTWIN_{name}", value)
    with pytest.raises(SettingsError, match=f"FIRSTWIN_{name}"):
        load(tmp_path)


def test_a_rehearsal_is_never_read_from_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FIRSTWIN_FAIL_AT=nowhere\n")
    load(tmp_path)
