"""The JSON schema of a rule file, made from the words themselves: for completion and first mistakes in editors."""

from __future__ import annotations

import json
from typing import Any

from firstwin.rules.rule_file import RuleFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rule_schema() -> dict[str, Any]:
    """What may stand in a file of `rules/`. It knows the form; `firstwin check` knows the sense."""
    words = _plain(RuleFile.model_json_schema(by_alias=True))
    return {"$schema": DIALECT, "title": "A rule of Firstwin", **words}


def written() -> str:
    return json.dumps(rule_schema(), indent=1, ensure_ascii=False) + "\n"


def _plain(part: Any) -> Any:  # noqa: ANN401 - JSON
    """Without what pydantic adds for programmers: titles made of the names of fields, and defaults of `null`."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    said = {key: value for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    if said.get("default", ...) is None:
        del said["default"]
        said["anyOf"] = [one for one in said.get("anyOf", ()) if one != {"type": "null"}]
        if len(said["anyOf"]) == 1:
            said |= said.pop("anyOf")[0]
        if not said.get("anyOf", True):
            del said["anyOf"]
    return {key: _plain(value) for key, value in said.items()}
