from pathlib import Path

import pytest

from tests.cli.given import Run, signups


@pytest.fixture
def known(run: Run, folder: Path, tmp_path: Path) -> Path:
    (tmp_path / "facts.jsonl").write_text(signups("blue", "cedar"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(tmp_path / "facts.jsonl"))
    return folder


def people(run: Run, folder: Path) -> str:
    return "1 person" if "1 person" in run("-p", str(folder), "status").stdout else "2 people"


def test_what_goes_and_what_stays_is_shown_before_it_is_asked(run: Run, known: Path) -> None:
    said = run("-p", str(known), "forget", "ada-blue", code=1, typed="n\n").output
    assert all(
        word in said
        for word in ("What is erased", "person", "memberships", "What remains", "Backups", "Erase this for good?")
    )
    assert people(run, known) == "2 people"
    assert "Forgotten." in run("-p", str(known), "forget", "ada-blue", typed="y\n").stdout
    assert people(run, known) == "1 person"
    assert "everything-but-service" in run("-p", str(known), "suppressions", "ada@blue.example").stdout


def test_a_dry_run_only_shows(run: Run, known: Path) -> None:
    assert "dry run" in run("-p", str(known), "forget", "ada-blue", "--dry-run").stdout
    assert people(run, known) == "2 people"


def test_it_need_not_ask_and_may_leave_the_address_alone(run: Run, known: Path) -> None:
    run("-p", str(known), "forget", "ada-blue", "--yes", "--keep-writing")
    assert "Nobody is suppressed" in run("-p", str(known), "suppressions").stderr
    assert "Nothing is known of a person ada-blue" in run("-p", str(known), "forget", "ada-blue", code=2).stderr


def test_who_says_an_address_is_told_whose_it_is(run: Run, known: Path) -> None:
    said = run("-p", str(known), "forget", "ADA@blue.example", "--yes", code=2).stderr
    assert "this is or was the address of:\n  firstwin forget ada-blue" in said
    assert "Nothing is known" in run("-p", str(known), "forget", "ada@red.example", code=2).stderr
    assert people(run, known) == "2 people"


def test_without_a_secret_it_is_told_what_can_be_done(run: Run, known: Path) -> None:
    (known / ".env").unlink()
    said = run("-p", str(known), "forget", "ada-blue", "--yes", code=2).stderr
    assert "FIRSTWIN_SECRET is not set" in said
    assert "--keep-writing" in said
    assert people(run, known) == "2 people"
