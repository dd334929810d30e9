"""The parts of README.md that are made from the code. `python -m tests.house.readme` writes them anew."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

from typer.main import get_command

from firstwin.cli.main import cli
from firstwin.rules.folder import read_rules
from firstwin.rules.library import load_library
from firstwin.rules.say import say
from firstwin.settings import PREFIX, Settings
from tests.house.sources import PACKAGE, ROOT

README = ROOT / "README.md"
SHOWN_RULE = "high-value-not-activated"

# What a folder is for. A file says it itself, in its first line.
FOLDERS = {
    "cli": "the command line, one file a group of commands",
    "demo": "the demo: made-up companies, a fast clock, a local inbox",
    "web": "ingest over HTTP, unsubscribe, pages",
    "tools": "what people ask: check, status, replays of the past",
    "measure": "activation, funnel, uplift: read only",
    "tick": "match → decide → outbox, in one transaction",
    "deliver": "claim → still true? → render → wire → settle",
    "senders": "one file a sender; what every sender is; the network guard",
    "messages": "templates → a message, in a sandbox",
    "outbox": "nudges, deliveries, attempts, and the states that they go through",
    "decide": "guardrails as one pure function: a match and what is known → a nudge, or the reason for none",
    "match": "a word of the language → SQL; who may have changed; starts and episodes",
    "facts": "what happened: Segment messages → facts; accounts, people; a subject's past",
    "rules": "the language: files → rules, every mistake with its place, rules read aloud (pure)",
    "db": "every table on one page, migrations, what differs between the two databases",
}


def blocks() -> dict[str, str]:
    """By name, what stands between `<!-- name -->` and `<!-- /name -->`."""
    return {
        "rule": _rule(),
        "say": _said(),
        "commands": "\n".join(_commands()),
        "settings": "\n".join(_settings()),
        "senders": "\n".join(_senders()),
        "map": "\n".join(["```text", *_map(), "```"]),
    }


def filled(text: str) -> str:
    for name, block in blocks().items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{opening}{block}\n{closing}{after}"
    return text


def _rule() -> str:
    return f"```yaml\n{(ROOT / 'rules' / f'{SHOWN_RULE}.yaml').read_text().strip()}\n```"


def _said() -> str:
    rule = load_library(read_rules(ROOT / "rules")).rule(SHOWN_RULE)
    assert rule is not None
    return f"> {say(rule)}"


def _commands() -> Iterator[str]:
    yield "| command | what it does | options |"
    yield "|---|---|---|"
    for name, command in _each(get_command(cli)):
        told = " ".join((command.help or "").split("\n\n")[0].split())
        options = [
            option
            for parameter in command.params
            if parameter.param_type_name == "option" and not parameter.hidden
            for option in _option(parameter)
        ]
        yield f"| `firstwin {_usage(name, command)}` | {told} | {', '.join(options)} |"


# Typer's own classes of commands have no public type: hence Any.


def _each(command: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, each in command.commands.items():
        if hasattr(each, "commands"):
            yield from _each(each, f"{above}{name} ")
        else:
            yield f"{above}{name}", each


def _usage(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    words = [p.metavar or p.name.upper() for p in arguments]
    return " ".join([name, *(word if p.required else f"[{word}]" for word, p in zip(words, arguments, strict=True))])


def _option(parameter: Any) -> Iterator[str]:
    yield f"`{max(parameter.opts, key=len)}`"


def _settings() -> Iterator[str]:
    yield "| variable | what it says | left out |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = field.default
        left_out = "this folder" if name == "project" else "empty" if default == "" else f"`{default}`"
        yield f"| `{PREFIX}{name.upper()}` | {field.description} | {left_out} |"


def _senders() -> Iterator[str]:
    yield "| `type:` | what it does |"
    yield "|---|---|"
    for point in sorted(entry_points(group="firstwin.senders"), key=lambda point: point.name):
        path = PACKAGE.parent / f"{point.module.replace('.', '/')}.py"
        yield f"| `{point.name}` | {_opening(path.read_text())} |"


def _map() -> Iterator[str]:
    """From the top: each may import what stands below it, and nothing above."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    for layer in contract["layers"]:
        for name in re.findall(r"\w+", layer):
            yield from _place(name)


def _place(name: str) -> Iterator[str]:
    file, folder = PACKAGE / f"{name}.py", PACKAGE / name
    if file.exists():
        yield f"{name + '.py':<18}{_opening(file.read_text())}"
    elif folder.is_dir():
        yield f"{name + '/':<18}{FOLDERS[name]}"


def _opening(source: str) -> str:
    told = ast.get_docstring(ast.parse(source))
    assert told is not None
    return told.splitlines()[0].rstrip(".")


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
