"""What can be wrong in firstwin.yaml, each told with its file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mistakes.given import Spoil, added, replaced, told, written

pytestmark = pytest.mark.usefixtures("bare")
FILE = "firstwin.yaml"
LINK = "https://app.example.com"


def yaml(text: str | bytes) -> Spoil:
    return written(FILE, text)


def more(text: str) -> Spoil:
    return added(FILE, text)


def instead(old: str, new: str) -> Spoil:
    return replaced(FILE, old, new)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


NINE = "x, " * 9
BOMB = f"a: &a [{NINE}]\n" + "".join(f"{b}: &{b} [{f'*{a}, ' * 9}]\n" for a, b in zip("abcdef", "bcdefg", strict=True))
MISTAKES: dict[str, tuple[Spoil, str]] = {
    # the file
    "a NUL": (yaml(b"name: a\x00b\n"), "U+0000"),
    "no UTF-8": (yaml(b"name: \xff\xfe\n"), "not text in UTF-8"),
    "Latin-1": (yaml("name: Ärzte\n".encode("latin1")), "not text in UTF-8"),
    "UTF-16": (yaml("name: a\n".encode("utf16")), "not text in UTF-8"),
    "nothing": (yaml(""), "empty"),
    "only a remark": (yaml("# later\n"), "empty"),
    "a list": (yaml("- a\n"), "begins with `name:`"),
    "a word": (yaml("hello\n"), "begins with `name:`"),
    "a number": (yaml("42\n"), "begins with `name:`"),
    "larger than a page": (yaml("# " + "x" * 300_000), "larger than"),
    "two documents": (more("---\nname: b\n"), "second document"),
    "a key twice": (more("name: B\n"), "stands here twice"),
    "a tag of Python": (more("zone: !!python/object/apply:os.system ['id']\n"), "instruction"),
    "a billion laughs": (more(f"{BOMB}labels: *g\n"), "refers to another place"),
    "itself inside itself": (more("labels: &a {x: *a}\n"), "refers to another place"),
    "a merge": (more("labels: {<<: 3}\n"), "cannot be a key"),
    "a list 5,000 deep": (more(f"labels: {nested(5_000)}\n"), "levels deep"),
    "a mapping 3,000 deep": (more(f"labels: {'{a: ' * 3_000}1{'}' * 3_000}\n"), "levels deep"),
    "a directive": (yaml("%YAML 9.9\n---\nname: x\n"), "instruction to the YAML reader"),
    "a tab": (more("\tx: 1\n"), "tab"),
    "an open quote": (more('labels: "x\n'), "never closed"),
    "two colons": (more("labels: a: b: c\n"), "second colon"),
    "an escaped NUL": (more('labels: {a: "x\\0y"}\n'), "U+0000"),
    "half a character": (more('labels: {a: "\\ud800"}\n'), "U+D800"),
    "half a character in a key": (more('labels: {"\\ud800": a}\n'), "U+D800"),
    "binary": (more("labels: !!binary aGVsbG8=\n"), "instruction"),
    "a list for a key": (more("? [a]\n: 3\n"), "A key is a word"),
    "no key": (more("? \n: 3\n"), "key is missing"),
    "a key that there is not": (more("sendres: {}\n"), "Did you mean `senders`"),
    # values
    "no name": (instead("name: Acme\n", ""), "name"),
    "an empty name": (instead("name: Acme", 'name: ""'), "name"),
    "a name of two lines": (instead("name: Acme", 'name: "a\\nb"'), "one line"),
    "a name without an end": (instead("name: Acme", f"name: {'a' * 10_000}"), "200 characters"),
    "a zone on Mars": (more("zone: Mars/Olympus\n"), "not a time zone"),
    "a zone that is a path": (more("zone: ../../etc/passwd\n"), "not a time zone"),
    "an empty zone": (more('zone: ""\n'), "not a time zone"),
    "a cap of many digits": (more(f"daily_cap: {'9' * 5_000}\n"), "too many digits"),
    "a cap without an end": (more("daily_cap: .inf\n"), "not a number of messages"),
    "a cap that is no number": (more("daily_cap: .nan\n"), "not a number of messages"),
    "a cap below zero": (more("daily_cap: -1\n"), "not a number of messages"),
    "a cap by the clock": (more("daily_cap: 1:30\n"), "not a number of messages"),
    "a tick of nothing": (instead("1 minute", "0 minutes"), "no length of time"),
    "a tick before now": (instead("1 minute", "-1 minute"), "never negative"),
    "a tick without an end": (instead("1 minute", f"{'9' * 30} days"), "not a length of time"),
    "a tick of seven": (instead("1 minute", "7"), "of what"),
    "no such variable": (instead(LINK, "${NOPE}"), "`NOPE` is not set"),
    "half a placeholder": (instead(LINK, "${NOPE"), "not a placeholder"),
    "a placeholder for nothing": (instead(LINK, "${}"), "not a placeholder"),
    # links
    "a script": (instead(LINK, "javascript:alert(1)"), "not a link"),
    "a file": (instead(LINK, "file:///etc/passwd"), "not a link"),
    "a link with a password": (instead(LINK, "https://u:p@app.example.com"), "not a link"),
    "a link with a space": (instead(LINK, "https://app example.com"), "not a link"),
    "a link of two lines": (instead(f"link: {LINK}", f'link: "{LINK}\\n"'), "not a link"),
    "a link to port 99999": (instead(LINK, "https://app.example.com:99999"), "not a link"),
    "half an IPv6 address": (instead(f"link: {LINK}", 'link: "https://[::1"'), "not a link"),
    "a link to nowhere": (instead(LINK, "https:///x"), "not a link"),
    # senders and addresses
    "a sender of no kind": (instead("type: smtp, ", ""), "type"),
    "a sender of a kind that there is not": (instead("type: smtp", "type: smpt"), "Did you mean smtp"),
    "port 0": (instead("port: 1,", "port: 0,"), "senders.mail.port"),
    "port 70000": (instead("port: 1,", "port: 70000,"), "senders.mail.port"),
    "a port by its name": (instead("port: 1,", "port: smtp,"), "senders.mail.port"),
    "a security that there is not": (instead("security: none", "security: ssl"), "senders.mail.security"),
    "a host of two words": (instead("host: 127.0.0.1", "host: 'a b'"), "senders.mail.host"),
    "a host that is an address": (instead("host: 127.0.0.1", "host: 'smtp://a'"), "senders.mail.host"),
    "an inbox over ftp": (instead('"http://127.0.0.1:1/messages"', "ftp://127.0.0.1/"), "senders.cs.url"),
    "an inbox at port 99999": (instead(":1/messages", ":99999/messages"), "senders.cs.url"),
    "an inbox of two lines": (instead("1/messages", "1/\\r\\nX: y"), "senders.cs.url"),
    "two addresses in one": (instead("Acme <hello@acme.example>", "a@b.example, c@d.example"), "exactly one"),
    "a header in an address": (instead("<hello@acme.example>", "<a@b.example>\\r\\nBcc: x@y.example"), "exactly one"),
    "no address": (instead("Acme <hello@acme.example>", "Acme"), "exactly one"),
    "a dot behind an address": (instead("hello@acme.example", "hello@acme.example."), "exactly one"),
    "a domain that IDNA refuses": (instead("hello@acme.example", "hello@xn--a.example"), "exactly one"),
    "a reply to two": (instead("sender: mail,", 'sender: mail, reply_to: "a@b.example;c@d.example",'), "exactly one"),
    "a redirect to nobody": (more("redirect_to: {email: nobody}\n"), "exactly one"),
    "a sender that nobody declared": (instead("fallback: cs", "fallback: cx"), "No sender is called `cx`"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_it_is_told_with_its_line(folder: Path, name: str) -> None:
    spoil, says = MISTAKES[name]
    spoil(folder)
    said = told(folder, "check")
    assert says in said.replace("\n", " ")
    assert re.search(r"^firstwin\.yaml:\d+:\d+ ", said, re.MULTILINE)


@pytest.mark.parametrize("name", MISTAKES)
def test_nothing_else_runs_with_it(folder: Path, name: str) -> None:
    MISTAKES[name][0](folder)
    assert "firstwin.yaml:" in told(folder, "tick")
