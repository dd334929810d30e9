"""Dockerfile and docker-compose.yml as data. There is no Docker daemon where the tests run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from jsonschema.validators import validator_for
from ruamel.yaml import YAML

from tests.house.sources import ROOT


def compose() -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe", pure=True).load((ROOT / "docker-compose.yml").read_text())
    return read


def mistakes(described: dict[str, Any]) -> list[str]:
    """What the compose specification has against it. The package check-jsonschema carries the official schema along."""
    file = files("check_jsonschema.builtin_schemas.vendor") / "compose-spec.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    found = validator_for(schema)(schema).iter_errors(described)
    return [f"{error.json_path}: {error.message}" for error in found]


def dockerfile() -> list[tuple[str, str]]:
    """Each (instruction, what follows it)."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def copied_from_here() -> Iterator[str]:
    for word, rest in dockerfile():
        if word == "COPY" and not rest.startswith("--from="):
            yield from rest.split()[:-1]
