"""The settings of one process: the only reader of the environment."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "FIRSTWIN_"
INSIDE = "memory://inside"  # the broker of a single process, which our own commands name, and nobody else
DEFAULT_DATABASE = "sqlite:///firstwin.db"


# In the order in which a delivery comes by; firstwin.failpoints says where each is.
FAIL_POINTS = ("claimed", "looked", "rendered", "wiring", "wired", "sending", "answered", "settling", "settled")
SHORTEST_SECRET = 32  # characters
LINK = re.compile(r"https?://[\w.:\[\]-]+(/[\w.~/%!$&*+=:-]*)?", re.ASCII)  # it stands in the header of each mail
LONGEST_LINK = 500  # characters
LONGEST_NAME = 200
SPACE = re.compile(r"\s")


class SettingsError(Exception):
    """A setting cannot be used; the message says which one and what it may be."""


def _long_enough(value: str) -> str:
    if any(len(part.strip()) < SHORTEST_SECRET for part in value.split(",")) and value:
        raise ValueError(f"must have {SHORTEST_SECRET} characters or more")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("holds a character that is not seen; write one line of plain text")
    return value


def _host(value: str) -> str:
    if not value or SPACE.search(_one_line(value)) or "/" in value:
        raise ValueError("is not the address of a machine, like 127.0.0.1")
    return value


def _broker(value: str) -> str:
    """Never with the value in it: it may hold a password."""
    url = _split(value)
    if url and url.scheme == "memory":
        raise ValueError(
            "names a broker inside of one process: `firstwin up` brings that along, others take redis://host:6379/0"
        )
    if value and (url is None or url.scheme not in {"redis", "rediss"} or not url.hostname):
        raise ValueError("is not the address of a Redis or Valkey, like redis://host:6379/0")
    if url and not url.path.removeprefix("/").isdigit() and url.path not in {"", "/"}:
        raise ValueError("does not end in the number of a database, like redis://host:6379/0")
    return value


def _split(value: str) -> SplitResult | None:
    try:
        url = urlsplit(_one_line(value))
        has_port = url.port is None or url.port > 0
    except ValueError:
        return None
    return url if has_port else None


def _public(value: str) -> str:
    """Mail programs unsubscribe over https only (RFC 8058 §3.1); on this machine itself it may be http."""
    url = _split(value) or SplitResult("", "", "", "", "")
    here = url.scheme == "http" and url.hostname in {"localhost", "127.0.0.1", "::1"}
    if value and not (url.hostname and (url.scheme == "https" or here) and LINK.fullmatch(value)):
        raise ValueError("is not an address like https://nudges.example.com")
    return value.rstrip("/")


class Settings(BaseSettings):
    """Read from ``FIRSTWIN_…`` variables, and from ``.env`` in the project folder. A variable wins over the file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, validate_default=True
    )

    project: Path = Field(Path(), description="The project folder: firstwin.yaml, rules/ and templates/.")
    database_url: Annotated[str, AfterValidator(_one_line)] = Field(
        DEFAULT_DATABASE,
        repr=False,  # may hold a password
        description="Where everything is kept: `sqlite:///path` (a relative path starts at the project folder) or `postgresql://user:password@host/name`.",
    )
    broker_url: Annotated[str, AfterValidator(_broker)] = Field(
        "",
        repr=False,
        description="The doorbell between processes: `redis://host:6379/0`. Empty: workers look into the database by themselves.",
    )
    secret: Annotated[str, AfterValidator(_long_enough)] = Field(
        "",
        repr=False,
        description="Signs unsubscribe links and hides suppressed addresses: 32 characters or more. `firstwin init` writes one into .env. To change it, put the new one before the old one, with a comma between.",
    )
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        "",
        max_length=LONGEST_LINK,
        description="Where customers and mail providers reach `firstwin web`: `https://nudges.example.com`. Unsubscribe links begin with it.",
    )
    web_host: Annotated[str, AfterValidator(_host)] = Field(
        "127.0.0.1", description="The address that `firstwin web` listens on: `0.0.0.0` in a container, behind a proxy."
    )
    web_port: int = Field(
        8000, ge=0, le=65535, description="The port that `firstwin web` listens on; 0: any that is free."
    )
    web_processes: int = Field(
        0,
        ge=0,
        le=64,
        description="How many processes `firstwin web` runs; 0: one for each core, four at most, and one with SQLite.",
    )
    ingest_rate: int = Field(
        20_000,
        ge=1,
        le=10**9,
        description="How many messages a second one write key may bring to each web process, over ten seconds.",
    )
    poll: float = Field(
        2.0, gt=0, le=60, description="How often, in seconds, a worker looks into the database without being rung."
    )
    concurrency: int = Field(
        4, ge=1, le=64, description="How many tasks a worker does at once, each in its own thread."
    )
    killed_after: float = Field(
        30.0,
        gt=0,
        description="How many seconds after SIGTERM a process is killed by whoever runs it: as `stop_grace_period` or `terminationGracePeriodSeconds` say. More than 25, less than 60.",
    )
    worker_name: Annotated[str, AfterValidator(_one_line)] = Field(
        "",
        max_length=LONGEST_NAME,
        description="What this worker is called in leases and in `status`. Empty: host and process id.",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`console` for people, `json` for programs; `auto` takes console in a terminal, else JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least serious lines to log."
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret in use, and older ones that are still known."""
        return tuple(self.secret.split(",")) if self.secret else ()

    @property
    def database(self) -> str:
        """The database's URL, a relative SQLite path resolved against the project folder."""
        kind, separator, path = self.database_url.partition(":///")
        if kind != "sqlite" or not separator or path.startswith(("/", ":memory:")):
            return self.database_url
        return f"sqlite:///{(self.project / path).resolve()}"


class Rehearsal(BaseSettings):
    """What only rehearsals set (docs/chaos.md). From the environment alone: in .env it could be left behind."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    fail_at: str = Field(
        "",
        pattern=rf"^(({'|'.join(FAIL_POINTS)})(:[1-9][0-9]*|@.+)?)?$",
        description="The fail point at which this process dies as by kill -9: `answered`, `answered:3` at its third time, `rendered@acme` for that account alone.",
    )
    schedule_scale: float = Field(
        1.0,
        gt=0,
        le=1,
        description="What the waits between attempts are multiplied by: 0.1 makes five minutes thirty seconds.",
    )


@cache
def rehearsal() -> Rehearsal:
    """What this process rehearses: nothing, unless it is told to. ``load`` refuses what cannot be read."""
    try:
        return Rehearsal()
    except ValidationError:
        return Rehearsal.model_construct()


def load(project: Path | None = None) -> Settings:
    """The settings of the given project folder, or of FIRSTWIN_PROJECT, or of the current folder.

    Raises SettingsError that names every setting that cannot be used.
    """
    folder = project or Path(os.environ.get(PREFIX + "PROJECT", "."))
    _must_be_readable(folder / ".env")
    try:
        Rehearsal()
        return Settings(_env_file=folder / ".env", project=folder)
    except ValidationError as error:
        raise SettingsError(_says(error)) from None


def _must_be_readable(file: Path) -> None:
    """Its reader passes over what it does not understand, and a secret that is not read is not missed before it is needed."""
    if not file.exists():
        return
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{file} can't be read ({error.strerror}): make it a file that this user may read."
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{file}:{line} is not text in UTF-8: save it as plain text in UTF-8.") from None
    for found in parse_stream(io.StringIO(text)):
        if found.error or "\0" in found.original.string:
            line = found.original.line + len(found.original.string) - len(found.original.string.lstrip("\n"))
            raise SettingsError(f"{file}:{line} is no setting: write NAME=value, a long value in quotes.")


def has_display() -> bool:
    """Whether a browser that is opened can be seen by whoever sits here."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def placeholders(settings: Settings) -> Mapping[str, str]:
    """What ``${NAME}`` in firstwin.yaml may stand for: the environment, and .env where the environment is silent."""
    file = dotenv_values(settings.project / ".env")
    return {name: value for name, value in file.items() if value is not None} | dict(os.environ)


def _says(error: ValidationError) -> str:
    # The value is left out: it may be a secret.
    wrong = [
        f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors(include_input=False)
    ]
    return "These settings cannot be used:\n  " + "\n  ".join(wrong)
