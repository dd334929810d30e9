"""What can be wrong around a project: settings, the .env file, files and folders that are none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.mistakes.given import Spoil, added, told

pytestmark = pytest.mark.usefixtures("bare")

NEVER_SHOWN = "s3cr3t-pa55word"
SETTINGS: dict[str, list[str]] = {
    "DATABASE_URL": [
        f"postgresql//u:{NEVER_SHOWN}@h/d", f"postgresql:/u:{NEVER_SHOWN}@h/d", f"postgrsql://u:{NEVER_SHOWN}@h/d",
        f"mysql://u:{NEVER_SHOWN}@h/d", "oracle://h", "redis://h:6379/0", "http://h", "file:///etc/passwd", "not an address",
        "sqlite://x", "sqlite:/x", "sqlite:///.", "sqlite:///firstwin.yaml", "sqlite:///a\x01b.db", f"sqlite:///{'a' * 5_000}",
        "sqlite:///x.db?mode=ro", f"postgresql://u:{NEVER_SHOWN}@h:abc/d", f"postgresql://u:{NEVER_SHOWN}@[::1/d",
        f"postgresql://u:{NEVER_SHOWN}@127.0.0.1:1/d", f"postgresql://u:{NEVER_SHOWN}@127.0.0.1:1/d?foo=bar",
        "postgresql://127.0.0.1:1/d?sslmode=nope", f"postgresql://u:{NEVER_SHOWN}@nowhere.invalid/d",
    ],
    "BROKER_URL": [
        "http://h", "redis:/h", "amqp://h", f"redis://:{NEVER_SHOWN}@h:99999/0", f"redis://:{NEVER_SHOWN}@h:1/abc", "nonsense",
        "redis://", "memory://", "memory://inside", "redis://h:1/-1", f"redis://:{NEVER_SHOWN}@[::1", "redis://h:0/0",
    ],
    "SECRET": ["short", f"{'a' * 32},short", ",", f"{'a' * 32},{' ' * 40}"],
    "PUBLIC_URL": [
        "http://nudges.example.com", "nudges.example.com", f"https://u:{NEVER_SHOWN}@x.example", "https://x.example/?a=1",
        "https://x.example/#f", "https://x.example:99999", "https://", "https://x y", "ftp://x", "https://[::1",
        f"https://{'a' * 600}", "file:///etc", "https://ärger.example", "javascript:alert(1)",
    ],
    "WEB_PORT": ["0x50", "99999", "-1", "http", "9" * 5_000, "8000.5"],
    "WEB_HOST": ["a b", "http://a", "a/b"],
    "POLL": ["0", "nan", "inf", "fast", "-1"],
    "CONCURRENCY": ["0", "1000", "4.5"],
    "INGEST_RATE": ["0", "abc", "9" * 400],
    "WORKER_NAME": ["x\x07y", "a" * 10_000],
    "LOG_FORMAT": ["xml"],
    "LOG_LEVEL": ["loud"],
}  # fmt: skip
EACH = [(name, value) for name, values in SETTINGS.items() for value in values]


@pytest.mark.parametrize(("name", "value"), EACH, ids=lambda text: ascii(text)[:50])
def test_a_setting_that_can_not_be_used_is_named_and_not_shown(folder: Path, name: str, value: str) -> None:
    env = folder / ".env"
    kept = [line for line in env.read_text().splitlines() if not line.startswith(f"FIRSTWIN_{name}")]
    env.write_text("\n".join([*kept, f"FIRSTWIN_{name}='{value}'", ""]))
    said = told(folder, "status")
    assert f"FIRSTWIN_{name}" in said
    assert NEVER_SHOWN not in said


def a_folder(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return spoil


def a_file(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        shutil.rmtree(folder / name)
        (folder / name).write_text("x")

    return spoil


def a_link(name: str, target: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return spoil


def rules_that_lead_to_themselves(folder: Path) -> None:
    shutil.rmtree(folder / "rules")
    (folder / "rules").symlink_to("rules")


def a_rule_without_a_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/rules/\xff.yaml")).write_text("about: account\n")


FILES: dict[str, tuple[Spoil, str]] = {
    "no UTF-8 in .env": (added(".env", b"X=\xff\n"), ".env:3"),
    "UTF-16 in .env": (lambda folder: (folder / ".env").write_bytes("A=b\n".encode("utf16")), ".env:1"),
    "a NUL in .env": (added(".env", b"X=a\x00b\n"), ".env:3"),
    "no setting in .env": (added(".env", b"this is no setting\n"), ".env:3"),
    ".env is a folder": (a_folder(".env"), ".env can't be read"),
    "firstwin.yaml is a folder": (a_folder("firstwin.yaml"), "There is no firstwin.yaml"),
    "firstwin.yaml leads to itself": (a_link("firstwin.yaml", "firstwin.yaml"), "There is no firstwin.yaml"),
    "firstwin.yaml leads nowhere": (a_link("firstwin.yaml", "nowhere"), "There is no firstwin.yaml"),
    "rules is a file": (a_file("rules"), "`rules` is not a folder"),
    "rules lead to themselves": (rules_that_lead_to_themselves, "not a folder"),
    "templates is a file": (a_file("templates"), "`templates` is not a folder"),
    "a rule is a folder": (a_folder("rules/x.yaml"), "rules/x.yaml:1:1 This is not a file"),
    "a rule leads to itself": (a_link("rules/x.yaml", "x.yaml"), "rules/x.yaml:1:1 This is a link that leads nowhere"),
    "a rule leads nowhere": (a_link("rules/welcome.yaml", "../gone.yaml"), "rules/welcome.yaml:1:1 This is a link"),
    "a template is a folder": (a_folder("templates/mail/welcome.md"), "templates/mail/welcome.md:1:1 This is not a file"),
    "a template leads to itself": (a_link("templates/mail/welcome.md", "welcome.md"), "leads nowhere"),
    "a rule whose name is no text": (a_rule_without_a_name, "cannot be the name of a rule"),
    "a rule with a foreign name": (lambda folder: (folder / "rules/ünï.yaml").write_text("about: account\n"), "cannot be the name of a rule"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_none_is_told(folder: Path, name: str) -> None:
    spoil, says = FILES[name]
    spoil(folder)
    assert says in told(folder, "check").replace("\n", " ")
