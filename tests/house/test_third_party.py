"""Each third-party package has its home; what is not listed here is imported nowhere."""

from __future__ import annotations

import re
import sys
import tomllib
from functools import cache

from tests.house.sources import ROOT, imported, modules, place

HOMES = {
    "aiohappyeyeballs": ["senders/"],
    "aiosmtpd": ["demo/"],
    "aiosmtplib": ["senders/"],
    "alembic": ["db/"],
    "apprise": ["senders/apprise.py"],
    "botocore": ["senders/ses.py"],
    "celery": ["bell.py", "worker.py"],
    "cryptography": ["web/hooks/"],
    "css_inline": ["messages/"],
    "dotenv": ["settings.py"],
    "httptools": ["senders/"],
    "httpx": ["senders/"],
    "idna": ["senders/", "outbox/bounces.py"],
    "inscriptis": ["messages/"],
    "itsdangerous": ["outbox/"],
    "jinja2": ["messages/"],
    "markdown_it": ["messages/"],
    "orjson": [
        "db/bulk.py",
        "db/engine.py",
        "db/insert.py",
        "demo/",
        "facts/",
        "match/evidence.py",
        "messages/webhook.py",
        "senders/encode.py",
        "tools/backtest/letters.py",
        "web/",
    ],
    "psycopg": ["db/"],
    "pydantic": ["rules/", "senders/", "settings.py", "tools/backtest/letters.py"],
    "pydantic_settings": ["settings.py"],
    "pytest": ["pytest_plugin.py"],
    "requests": ["senders/detour.py"],
    "rich": ["cli/", "demo/"],
    "ruamel": ["rules/"],
    "slack_sdk": ["senders/"],
    "sqlalchemy": ["db/", "facts/", "match/", "outbox/", "tick/", "deliver/", "tools/", "demo/", "app.py", "web/"],
    "standardwebhooks": ["senders/", "web/hooks/"],
    "starlette": ["demo/", "web/"],
    "structlog": ["telemetry.py"],
    "typer": ["cli/"],
    "urllib3": ["senders/detour.py"],
    "uvicorn": ["demo/", "web/"],
}

# Declared in pyproject.toml, imported by others on our behalf.
IMPORTED_BY_OTHERS = {
    "multipart": "Starlette's reader of forms",
    "redis": "Celery's way to the broker; it comes with celery[redis] and is named for its own oldest version",
    "uvloop": "uvicorn's event loop, where the system has it",
    "tzdata": "read by zoneinfo where the system has no time zones",
}

# Not declared: what is loaded by it alone is there only where it is.
LOADED_BY = {"pytest"}

# Declared as extras: a project installs those that it uses.
EXTRAS = {"apprise", "botocore", "requests", "urllib3"}

NAMED_OTHERWISE = {
    "markdown_it_py": "markdown_it",
    "python_dotenv": "dotenv",
    "python_multipart": "multipart",
    "ruamel_yaml": "ruamel",
}
PART_OF = {"pydantic_core": "pydantic"}


@cache
def third_party() -> list[tuple[str, str]]:
    """Each (package, module that imports it)."""
    own = {*sys.stdlib_module_names, "firstwin"}
    found = {(name.split(".")[0], place(path)) for path in modules() for name in imported(path)}
    return sorted((PART_OF.get(package, package), at) for package, at in found if package not in own)


def declared() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[\[<>=~! ;]", line)[0] for line in project["dependencies"]]
    normal = [name.lower().replace("-", "_").replace(".", "_") for name in names]
    return sorted(NAMED_OTHERWISE.get(name, name) for name in normal)


def test_what_an_extra_brings_is_declared_there() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {re.split(r"[\[<>=]", line)[0] for lines in extras.values() for line in lines} == EXTRAS


def test_no_package_is_imported_outside_its_home() -> None:
    strays = [(package, at) for package, at in third_party() if not at.startswith(tuple(HOMES.get(package, ())))]
    assert strays == []


def test_each_home_is_lived_in() -> None:
    listed = [(package, home) for package, homes in HOMES.items() for home in homes]
    used = third_party()
    assert [(p, home) for p, home in listed if not any(p == q and at.startswith(home) for q, at in used)] == []


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    used = {package for package, _ in third_party()}
    assert sorted((used - LOADED_BY - EXTRAS) | IMPORTED_BY_OTHERS.keys()) == declared()
