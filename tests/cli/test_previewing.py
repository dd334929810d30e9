import webbrowser
from pathlib import Path

import pytest

from firstwin.cli import previewing
from tests.cli.given import Run, signups


@pytest.fixture
def known(run: Run, folder: Path) -> Path:
    """An account that signed up."""
    facts = folder / "facts.jsonl"
    facts.write_text(signups("blue"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", "--history", str(facts))
    return folder


def test_without_a_terminal_it_is_text(run: Run, known: Path) -> None:
    told = run("-p", str(known), "preview", "welcome", "blue").stdout
    for part in ("To: ada@blue.example", "Subject: Welcome", "Hi Ada.", "A new account", "nothing was sent"):
        assert part in told, part


def test_a_missing_value_is_shown_where_it_stands_and_ends_with_one(run: Run, known: Path) -> None:
    (known / "templates/mail/first-login.md").write_text("---\nsubject: Hi\n---\nOn {{ start.plan }}.\n")
    result = run("-p", str(known), "preview", "first-login", "blue", "--text", code=1)
    assert "On ⟦start.plan is missing⟧." in result.stdout
    assert "start.plan is missing" in result.stderr


def test_a_page_is_written_that_only_its_owner_reads(run: Run, known: Path) -> None:
    told = run("-p", str(known), "preview", "welcome", "blue", "--no-open").stdout
    path = Path(told.removeprefix("Written to ").strip())
    assert "Subject" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    path.unlink()


def test_the_page_is_opened_where_it_is_asked_for(run: Run, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_)
    told = run("-p", str(known), "preview", "welcome", "blue", "--open").stdout
    path = Path(told.removeprefix("Opened ").strip())
    assert opened == [path.as_uri()]
    path.unlink()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("welcom", "blue"), "Did you mean `welcome`?"),
        (("welcome", "bleu"), "Did you mean `blue`?"),
        (("welcome", "blue", "--step", "one"), "has no steps"),
        (("series", "blue", "--step", "helo"), "Did you mean `hello`?"),
        (("people", "blue"), "--person"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(run: Run, known: Path, arguments: tuple[str, ...], says: str) -> None:
    (known / "rules/series.yaml").write_text(
        "about: account\nwhen: signed_up\nsteps:\n  hello: {then: {email: welcome, to: contact}}\nagain: never\n"
    )
    (known / "rules/people.yaml").write_text(
        "about: person\nwhen: signed_up\nthen: {email: welcome, to: person}\nagain: never\n"
    )
    assert says in run("-p", str(known), "preview", *arguments, code=2).stderr
    assert previewing.LACKING == 1
