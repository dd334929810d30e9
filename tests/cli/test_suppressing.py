import json
from pathlib import Path

import pytest

from tests.cli.given import Run, signups


@pytest.fixture
def known(run: Run, folder: Path, tmp_path: Path) -> Path:
    """A project with one person in it, ada-blue, whose address is ada@blue.example."""
    (tmp_path / "facts.jsonl").write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(tmp_path / "facts.jsonl"))
    return folder


def test_a_person_is_suppressed_by_hand_listed_and_taken_back(run: Run, known: Path) -> None:
    said = run("-p", str(known), "suppress", "ada-blue", "--class", "marketing", "--why", "asked by phone").stdout
    assert "Suppressed: ada-blue, marketing" in said
    assert "suppressed already" in run("-p", str(known), "suppress", "ada-blue", "--class", "marketing").stdout
    listed = run("-p", str(known), "suppressions").stdout
    assert all(word in listed for word in ("ada-blue", "marketing", "by_hand", "asked by phone"))
    (row,) = json.loads(run("-p", str(known), "suppressions", "ada@blue.example", "--json").stdout)
    assert (row["person_id"], row["class"], row["reason"]) == ("ada-blue", "marketing", "by_hand")
    assert "ada@blue.example" not in json.dumps(row)
    assert "Taken back: marketing, by_hand" in run("-p", str(known), "unsuppress", "ada-blue").stdout
    assert "It was not suppressed" in run("-p", str(known), "unsuppress", "ada-blue").stdout
    assert "Nobody is suppressed" in run("-p", str(known), "suppressions").stderr


def test_an_address_is_suppressed_of_everything_unless_said_otherwise(run: Run, known: Path) -> None:
    run("-p", str(known), "suppress", "somebody@else.example")
    assert "everything" in run("-p", str(known), "suppressions").stdout
    run("-p", str(known), "suppress", "somebody@else.example", "--class", "more-than-one-a-week")
    assert (
        "Taken back: everything, by_hand"
        in run("-p", str(known), "unsuppress", "somebody@else.example", "--class", "everything").stdout
    )
    assert "more-than-one-a-week" in run("-p", str(known), "suppressions", "somebody@else.example").stdout


def test_whoever_is_not_there_and_what_is_no_class_is_told(run: Run, known: Path) -> None:
    assert "There is no person 'nobody'" in run("-p", str(known), "suppress", "nobody", code=2).stderr
    wrong = run("-p", str(known), "suppress", "ada-blue", "--class", "marketting", code=2).stderr
    assert "Did you mean `marketing`?" in wrong
    assert "There are marketing" in run(
        "-p", str(known), "unsuppress", "ada-blue", "--class", "zzz", code=2
    ).stderr.replace("everything, everything-but-service, more-than-one-a-week, ", "")


def test_without_a_secret_it_is_told_what_to_set(run: Run, known: Path) -> None:
    (known / ".env").unlink()
    said = run("-p", str(known), "suppress", "ada@blue.example", code=2).stderr
    assert "FIRSTWIN_SECRET is not set" in said
