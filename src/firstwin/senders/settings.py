"""What the settings of all senders have in common. They come from firstwin.yaml, filled in from the environment."""

from __future__ import annotations

import os.path
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def _filled(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value():
        raise ValueError("is empty; is its environment variable set?")
    return secret


def _address(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    try:
        parts = urlsplit(text)
        complete = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        complete = False
    if not complete or SPACE_OR_CONTROL.search(text):
        raise ValueError("is not a web address; it begins with https:// and names a host")
    return url


def _readable(path: Path) -> Path:
    if not os.path.isfile(path):  # noqa: PTH113 - asks, and never raises
        raise ValueError("is not a file that can be read")
    return path


Secret = Annotated[SecretStr, AfterValidator(_filled)]
Url = Annotated[SecretStr, AfterValidator(_filled), AfterValidator(_address)]
# Values from environment variables are texts, so numbers and yes/no may be written as such.
Port = Annotated[int, Field(strict=False, ge=1, le=65535)]
Seconds = Annotated[float, Field(strict=False, gt=0, le=20)]
YesNo = Annotated[bool, Field(strict=False)]
CaFile = Annotated[Path, Field(strict=False), AfterValidator(_readable)]


class SenderSettings(BaseModel):
    """``deadline``: seconds for one message, connecting and answer included. ``ca_file``: a further authority in PEM."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    deadline: Seconds = 20.0
    ca_file: CaFile | None = None


class WebSettings(SenderSettings):
    """``allow_private``: the address may lie on this machine or in a private network."""

    url: Url
    allow_private: YesNo = False


def must_be_https(settings: WebSettings) -> None:
    """Raises ValueError for an address that would send its secret in the open over the internet."""
    if urlsplit(settings.url.get_secret_value()).scheme != "https" and not settings.allow_private:
        raise ValueError("url: begins with http://; use https://, or allow_private: true for a server of your own")
