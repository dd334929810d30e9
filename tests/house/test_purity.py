"""The language and the deciding drag in no database, network or broker, whatever way an import takes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.house.sources import PACKAGE, dotted, modules

IMPURE = {
    *("sqlalchemy", "alembic", "psycopg", "sqlite3"),
    *("celery", "kombu", "redis", "valkey"),
    *("httpx", "httptools", "requests", "socket", "ssl", "smtplib", "http.client", "asyncio", "subprocess"),
    *("starlette", "uvicorn", "aiosmtpd", "slack_sdk", "standardwebhooks"),
    *("structlog", "logging.handlers", "pydantic_settings", "rich", "typer", "jinja2"),
    *("firstwin.db", "firstwin.bell", "firstwin.settings", "firstwin.telemetry", "firstwin.facts"),
}

# Imports one module after the other, and tells which of them brought what that was not there before. Pydantic goes
# first: when it makes a class it looks for plugins, which brings modules of the network that it doesn't use.
PROBE = """
import importlib, json, sys
from pydantic import create_model
create_model("Any")
blame, impure = {}, set(json.loads(sys.argv[1]))
for name in sys.argv[2:]:
    before = set(sys.modules)
    importlib.import_module(name)
    if brought := sorted(impure & (set(sys.modules) - before)):
        blame[name] = brought
print(json.dumps(blame))
"""

PURE = {
    "rules": [dotted(path) for path in modules(PACKAGE / "rules")],
    "decide": [dotted(path) for path in modules(PACKAGE / "decide")],
    "match.value": ["firstwin.match.value"],
}


@pytest.mark.parametrize("names", PURE.values(), ids=PURE.keys())
def test_a_pure_part_drags_in_nothing_impure(names: list[str]) -> None:
    command = [sys.executable, "-c", PROBE, json.dumps(sorted(IMPURE)), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {}


def test_the_probe_notices_what_is_impure() -> None:
    command = [sys.executable, "-c", PROBE, json.dumps(sorted(IMPURE)), "firstwin.db.types"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "sqlalchemy" in json.loads(done.stdout)["firstwin.db.types"]


@pytest.mark.parametrize("package", ["match", "rules", "decide"])
def test_a_package_with_pure_parts_says_nothing_when_it_is_opened(package: str) -> None:
    assert (PACKAGE / package / "__init__.py").read_text() == ""
