import json
from pathlib import Path

import pytest

from tests.cli.given import Run, signups


def test_init_makes_a_project_that_has_no_mistake(run_alone: Run, tmp_path: Path) -> None:
    made = run_alone("init", str(tmp_path / "acme"))
    assert "rules/welcome-series.yaml" in made.stdout
    assert {"firstwin.yaml", ".env.example", ".gitignore"} <= {path.name for path in (tmp_path / "acme").iterdir()}
    assert "0 mistakes" in run_alone("-p", str(tmp_path / "acme"), "check").stdout


def test_init_overwrites_nothing(run_alone: Run, tmp_path: Path) -> None:
    (tmp_path / "firstwin.yaml").write_text("name: Mine\n")
    told = run_alone("init", str(tmp_path)).stdout
    assert (tmp_path / "firstwin.yaml").read_text() == "name: Mine\n"
    assert "1 file stood there already" in told


def test_check_tells_every_mistake_with_its_place_at_once(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "first-login.yaml").write_text(
        "about: acount\nwhen: signed_up\nthen: {email: gone, to: contact}\n"
    )
    (folder / "templates" / "mail" / "welcome.md").write_text("---\nsubject: Hi\n---\nHi {{ person.name\n")
    (folder / "firstwin.yaml").write_text((folder / "firstwin.yaml").read_text().replace("smtp", "smpt", 1))
    told = run_alone("-p", str(folder), "check", code=2)
    assert "rules/first-login.yaml:1:8" in told.stderr
    assert "templates/mail/welcome.md:4:4" in told.stderr
    assert "firstwin.yaml:6:" in told.stderr
    assert "smtp" in told.stderr


def test_check_speaks_json(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "first-login.yaml").write_text("about: acount\n")
    told = json.loads(run_alone("-p", str(folder), "check", "--json", code=2).stdout)
    assert {"file", "line", "column", "message", "suggestion", "severity"} == set(told[0])


def test_check_makes_no_database(run_alone: Run, folder: Path) -> None:
    run_alone("-p", str(folder), "check")
    assert not (folder / "firstwin.db").exists()


def test_check_warns_of_an_event_that_never_came(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.jsonl").write_text(signups("blue").replace("signed_up", "Signed Up"))
    run("-p", str(folder), "migrate")
    run("-p", str(folder), "import", str(tmp_path / "facts.jsonl"))
    told = run("-p", str(folder), "check").stderr
    assert (
        "No event `signed_up` has ever come in (rules/welcome.yaml asks for it too). Did you mean `Signed Up`?" in told
    )


def test_check_warns_of_a_slip_before_anything_came(run_alone: Run, folder: Path) -> None:
    rule = folder / "rules/welcome.yaml"
    rule.write_text(rule.read_text().replace("when: signed_up", "when: signde_up"))
    told = run_alone("-p", str(folder), "check").stderr
    assert "`signde_up` stands only here, and `signed_up` elsewhere. Did you mean `signed_up`?" in told


def test_without_a_project_it_is_told_how_to_make_one(run_alone: Run, tmp_path: Path) -> None:
    assert "firstwin init" in run_alone("-p", str(tmp_path), "check", code=2).stderr


@pytest.mark.parametrize("name", ["first-login", "rules/first-login.yaml"])
def test_say_reads_a_rule_aloud(run_alone: Run, folder: Path, name: str) -> None:
    assert run_alone("-p", str(folder), "say", name).stdout.startswith("About each account")


def test_say_reads_segments_aloud(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "segments.yaml").write_text(
        "small: {account.seats: {at_most: 5}}\nfree: {account.plan: free}\n"
    )
    rule = folder / "rules/first-login.yaml"
    rule.write_text(f"{rule.read_text()}only_if: {{segment: small}}\n")
    one = " ".join(run_alone("-p", str(folder), "say", "small").stdout.split())
    both = " ".join(run_alone("-p", str(folder), "say", "segments").stdout.split())
    assert one == (
        "In the segment “small” is, at each moment that it is asked for, whoever meets this: account.seats is at most 5;"
        " asked for by “first-login”."
    )
    assert one in both
    assert (
        "“free” is, at each moment that it is asked for, whoever meets this: account.plan is “free”; no rule asks for it."
        in both
    )
    assert "Did you mean `small`?" in run_alone("-p", str(folder), "say", "smal", code=2).stderr


def test_say_suggests_the_rule_that_was_meant(run_alone: Run, folder: Path) -> None:
    assert "Did you mean `first-login`?" in run_alone("-p", str(folder), "say", "frist-login", code=2).stderr


def test_say_tells_what_is_wrong_with_the_rule(run_alone: Run, folder: Path) -> None:
    (folder / "rules" / "first-login.yaml").write_text("about: acount\n")
    assert "rules/first-login.yaml:1:8" in run_alone("-p", str(folder), "say", "first-login", code=2).stderr


def test_migrate_may_be_asked_twice(run: Run, folder: Path) -> None:
    for _ in range(2):
        assert "has the tables of this version" in run("-p", str(folder), "migrate").stdout


def test_version_is_that_of_the_package(run_alone: Run) -> None:
    assert run_alone("version").stdout.strip().count(".") == 2
