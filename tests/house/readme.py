"""The parts of README.md that are made from the code: commands, settings, senders, and the map.

``python -m tests.house.readme`` writes them anew.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

from typer.main import get_command

from firstwin.cli.main import cli
from firstwin.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SOURCE = ROOT / "src" / "firstwin"


def commands() -> str:
    """Every command with its first line of help."""
    found = sorted((name, getattr(command, "help", None) or "") for name, command in _all(get_command(cli)))
    rows = [f"| `firstwin {name}` | {_first_sentence(text)} |" for name, text in found]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def _all(group: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, command in getattr(group, "commands", {}).items():
        if getattr(command, "commands", None):
            yield from _all(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _first_sentence(text: str) -> str:
    return re.sub(r"\s+", " ", text.partition("\n\n")[0]).strip().replace("|", "\\|")


def settings() -> str:
    """Every setting with its default."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in ("", None) else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def senders() -> str:
    """Every sender that comes along."""
    names = sorted(point.name for point in entry_points(group="firstwin.senders"))
    rows = [f"| `{name}` | {_docstring(SOURCE / 'senders' / f'{name}.py')} |" for name in names]
    return "\n".join(["| type | what it is |", "|---|---|", *rows])


def layers() -> str:
    """The import contract, top to bottom: what stands higher may use what stands lower."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    lines = []
    for layer in contract["layers"]:
        for name in (part.strip(" ()") for part in layer.split("|")):
            file = next((f for f in (SOURCE / f"{name}.py", SOURCE / name) if f.exists()), None)
            if file is not None:
                lines.append(f"{name + ('/' if file.is_dir() else '.py'):<14}{PURPOSES.get(name) or _docstring(file)}")
    return "\n".join(["```text", *lines, "```"])


PURPOSES = {
    "cli": "one file for a group of commands",
    "demo": "sample accounts on a fast clock, and an inbox to look at",
    "tools": "what commands do: check, replay, status, init",
    "tick": "match → decide → outbox, in one transaction for each rule and slot",
    "deliver": "claim → still true? → render → wire → settle",
    "senders": "one file for a way out; the contract; the network guard",
    "messages": "templates → a message",
    "outbox": "nudges, deliveries, attempts: put, claim, settle, sweep; the states",
    "decide": "a match and what is known → nudge, skip (why) or hold: pure",
    "match": "a condition → SQL; who may have changed; starts, episodes",
    "facts": "what happened: messages → facts; accounts, people; how a subject looked at a time",
    "rules": "the language: strict YAML, what each word means, how it is said: pure",
    "db": "every table on one page, migrations, what differs between the two databases",
}


def _docstring(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n")[0]


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "senders": senders,
    "map": layers,
}


def current(text: str) -> str:
    """The text with each part between its two marks made anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{make()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(current(README.read_text()))
