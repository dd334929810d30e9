"""Whose certificates are trusted. Loading them takes some 20 ms, so it is done once a process."""

from __future__ import annotations

import functools
import ssl
from pathlib import Path

import httpx


@functools.cache
def trust(ca_file: Path | None = None) -> ssl.SSLContext:
    """The public certificate authorities, and those of ``ca_file`` where one is given."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context
