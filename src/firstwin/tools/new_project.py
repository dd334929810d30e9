"""Makes a working project out of the shipped rules and templates."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import firstwin
from firstwin.rules.schema import written as rule_schema

PACKAGE = Path(firstwin.__file__).parent
STARTER = PACKAGE / "tools" / "starter"
# A file that begins with a dot hides in a package.
NAMES = {"env.example": ".env.example", "gitignore": ".gitignore", "vscode.json": ".vscode/settings.json"}

ENV = Path(".env")
SCHEMA = Path("rule.schema.json")
SETTINGS = """\
# The settings of this machine. They hold secrets: keep this file out of version control. .env.example tells of others.

# Signs unsubscribe links, and hides the addresses of those who want no mail: whoever loses it, loses both.
FIRSTWIN_SECRET={secret}
# Where customers reach `firstwin web`. Mail programs unsubscribe over https only: before you write to real customers,
# put your own address here, like https://nudges.example.com.
FIRSTWIN_PUBLIC_URL=http://localhost:8000
"""


@dataclass(frozen=True)
class NewProject:
    """What was written, and what stood there already and was left alone; paths within the folder."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def new_project(folder: Path) -> NewProject:
    """Fills ``folder`` with firstwin.yaml, rules, their tests and templates. Nothing that is there is overwritten."""
    written: list[Path] = []
    kept: list[Path] = []
    for source, target in _files():
        (kept if (folder / target).exists() else written).append(target)
        _write(folder / target, source.read_bytes())
    (kept if (folder / SCHEMA).exists() else written).append(SCHEMA)
    _write(folder / SCHEMA, rule_schema().encode())
    (written if _write_env(folder / ENV) else kept).append(ENV)
    return NewProject(tuple(written), tuple(kept))


def shipped() -> Path:
    """The folder that holds the shipped rules/ and templates/: in the wheel, or the top of a checkout."""
    inside = PACKAGE / "shipped"
    return inside if inside.is_dir() else PACKAGE.parents[1]


def _files() -> Iterator[tuple[Path, Path]]:
    for source in sorted(STARTER.iterdir()):
        yield source, Path(NAMES.get(source.name, source.name))
    for part in ("rules", "templates"):
        top = shipped() / part
        yield from (
            (source, Path(part) / source.relative_to(top)) for source in sorted(top.rglob("*")) if source.is_file()
        )


def _write_env(target: Path) -> bool:
    """A secret of its own, for no eyes but the owner's. False if there is such a file already."""
    try:
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(SETTINGS.format(secret=secrets.token_urlsafe(32)))
    return True


def _write(target: Path, content: bytes) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
