"""Mail addresses: which may stand in a header and on an SMTP line, and in which form."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from email.header import Header

import idna

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# RFC 5321 §4.1.2, without quoted ones: no mail program makes them, and every second server mistreats them
LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
QUOTED = re.compile(r'([\\"])')
UNQUOTE = re.compile(r"\\(.)")
# people write `Acme, Inc. <hello@acme.io>` without the quotes that RFC 5322 asks for; what is meant is clear
NAMED = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<>"]*))\s*<([^<>]*)>\s*')


@dataclass(frozen=True)
class Mailbox:
    """``address`` is ASCII, its domain in IDNA form; ``name`` is what people see, any text of one line."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def text(self) -> str:
        """``"Name" <address>``, its letters as they are: for services that write the header themselves."""
        if not self.name:
            return self.address
        name = QUOTED.sub(r"\\\1", self.name)
        return f'"{name}" <{self.address}>'

    def header(self, label: str) -> str:
        """As the value of the header ``label`` (RFC 5322 §3.4, RFC 2047 §5)."""
        if not self.name:
            return self.address
        if self.name.isascii() and "=?" not in self.name:
            name = QUOTED.sub(r"\\\1", self.name)
            return f'"{name}" <{self.address}>'
        name = Header(self.name, "utf-8", header_name=label, maxlinelen=76).encode(linesep="\r\n")
        return f"{name} <{self.address}>"


@functools.lru_cache(maxsize=1024)
def mailbox(text: str, *, named: bool = True) -> Mailbox | None:
    """``Name <address>`` or an address; None unless it is exactly one that any server can take."""
    name, address = "", text
    if named and (found := NAMED.fullmatch(text)):
        quoted, plain, address = found.groups()
        name = plain if quoted is None else UNQUOTE.sub(r"\1", quoted)
    ascii_address = None if CONTROL.search(text) else _valid(address.strip())
    return Mailbox(ascii_address, name.strip()) if ascii_address else None


def _valid(address: str) -> str | None:
    """In ASCII, if it is one. Any domain is taken: a company's own servers have names such as mail.corp.local."""
    local, _, domain = address.rpartition("@")
    if not LOCAL.fullmatch(local) or domain.endswith("."):
        return None
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return None
    return f"{local}@{ascii_domain}"
