"""A request as it is written: where it goes, and its bytes (HTTP/1.1, RFC 9112 §3)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Final, Self

import httpx

PORTS: Final = {"http": 80, "https": 443}
MOST_PORT: Final = 65_535
FIXED: Final = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"firstwin/{version('firstwin')}"}
OURS: Final = {"host", "content-length", "transfer-encoding", "connection"}
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
UNFIT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # in a line


class InvalidAddressError(ValueError):
    """Nothing that a request could go to."""


@dataclass(frozen=True)
class Place:
    """The server, and what is asked for there: ``target``. ``lines``, by name in lower case, go with every request."""

    host: str
    port: int
    is_encrypted: bool
    target: str
    lines: Mapping[str, str]

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises InvalidAddressError."""
        try:
            parts = httpx.URL(url)
            port = PORTS[parts.scheme] if parts.port is None else parts.port
        except (httpx.InvalidURL, KeyError, ValueError) as error:
            raise InvalidAddressError("This is not a web address.") from error
        if not parts.raw_host or not 0 < port <= MOST_PORT:
            raise InvalidAddressError("This address names no host, or no port of one.")
        headers = {"Host": parts.netloc.decode(), **FIXED}
        if parts.userinfo:
            login = f"{parts.username}:{parts.password}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
        lines = {name.lower(): f"{name}: {value}" for name, value in headers.items()}
        return cls(parts.raw_host.decode(), port, parts.scheme == "https", parts.raw_path.decode(), lines)


def written(method: str, place: Place, headers: Mapping[str, str], body: bytes) -> bytes:
    """Raises ValueError for a header that is none."""
    lines = dict(place.lines)
    for name, value in headers.items():
        if (known := _known(name)) not in OURS:
            lines[known] = f"{name}: {value}"
    if body or method == "POST":
        lines["content-length"] = f"Content-Length: {len(body)}"
    if UNFIT.search("".join(lines.values())):
        raise ValueError("A header holds a character that may not stand in one.")
    return "\r\n".join((f"{method} {place.target} HTTP/1.1", *lines.values(), "", "")).encode() + body


@lru_cache(maxsize=256)
def _known(name: str) -> str:
    """By which the same header is found, however it is written (RFC 9110 §5.1)."""
    if not TOKEN.fullmatch(name):
        raise ValueError("A header's name holds a character that may not stand in one.")
    return name.lower()
