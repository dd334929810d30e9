"""Senders are made from their settings, or every mistake in these is told at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from firstwin.senders.load import SendersError, check_settings, load_senders, sender_types
from firstwin.senders.smtp import Smtp
from firstwin.senders.webhook import Webhook

KINDS = f"The kinds are {', '.join(sorted(sender_types()))}."
GOOD: dict[str, dict[str, object]] = {
    "mail": {"type": "smtp", "host": "localhost", "port": 1025},
    "crm": {"type": "webhook", "url": "https://example.com/in", "secret": "whsec_c2VjcmV0"},
}


def problems(**senders: Mapping[str, object]) -> tuple[str, ...]:
    return check_settings(senders)


def test_the_kinds_that_are_installed() -> None:
    assert set(sender_types()) >= {"smtp", "webhook", "slack", "inbox"}


def test_good_settings_make_senders_by_their_names() -> None:
    assert check_settings(GOOD) == ()
    senders = load_senders(GOOD)
    assert list(senders) == ["mail", "crm"]
    assert isinstance(senders["mail"], Smtp)
    assert isinstance(senders["crm"], Webhook)


def test_numbers_and_switches_may_come_from_the_environment_as_texts() -> None:
    given = {"type": "webhook", "url": "http://10.0.0.1", "secret": "c2VjcmV0", "allow_private": "yes", "deadline": "5"}
    assert problems(mail={"type": "smtp", "host": "h", "port": "1025"}, crm=given) == ()


def test_every_mistake_of_every_sender_is_told_at_once() -> None:
    wrong: dict[str, dict[str, object]] = {
        "mail": {"type": "smpt"},
        "post": {"type": "smtp", "prot": 25, "security": "yes"},
        "crm": {"type": "webhook", "url": "nowhere"},
        "cs": {"url": "https://x"},
    }
    with pytest.raises(SendersError) as told:
        load_senders(wrong)
    known = "host, port, security, username, password, from, reply_to, to, bounces_to, helo"
    assert list(told.value.problems) == [
        f"senders.mail.type: there is no kind of sender called smpt. Did you mean smtp? {KINDS}",
        "senders.post.host: is missing.",
        "senders.post.security: Input should be 'auto', 'starttls', 'tls' or 'none'.",
        f"senders.post.prot: unknown setting. Did you mean port? There are type, deadline, on_unknown, ca_file, rate, ordered, {known}.",
        "senders.crm.url: is not a web address; it begins with https:// and names a host.",
        "senders.crm.secret: is missing.",
        f"senders.cs: has no type. {KINDS}",
    ]
    assert told.value.problems == check_settings(wrong)
    assert str(told.value).count("\n") == 6


def test_a_kind_whose_extra_is_missing_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "firstwin.senders.ses", raising=False)
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    (problem,) = problems(post={"type": "ses"})
    assert problem.startswith("senders.post.type: ses can't be loaded: ")
    assert problem.endswith(" Install it: pip install 'firstwin[ses]'")


def test_no_problem_holds_a_secret() -> None:
    secret = "s3cr3t-" * 3
    said = problems(
        a={"type": "webhook", "url": f"gopher://{secret}", "secret": f"{secret}!"},
        b={"type": "webhook", "url": 7, "secret": {"x": secret}, "headers": {"X": f"{secret}\n"}},
        c={"type": "smtp", "host": "h", "password": secret},
        d={"type": "smtp", "host": f"{secret} x", "password": [secret], "username": 5},
    )
    assert len(said) >= 8
    assert [line for line in said if secret in line] == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"port": 0}, "port: Input should be greater than or equal to 1"),
        ({"port": 70_000}, "port: Input should be less than or equal to 65535"),
        ({"port": "many"}, "port: Input should be a valid integer"),
        ({"deadline": 60}, "deadline: Input should be less than or equal to 20"),
        ({"ca_file": "nowhere.pem"}, "ca_file: is not a file that can be read"),
        ({"host": ""}, "host: is not the name of a server"),
        ({"host": "smtp://x"}, "host: is not the name of a server"),
        ({"from": "a@x.io, b@x.io"}, "from: is not exactly one address"),
        ({"to": "Team <team@x.io>"}, "to: is not exactly one address"),
        ({"username": "u"}, "username and password: set both, or neither"),
        (
            {"username": "u", "password": "p", "security": "none", "host": "mail.example.com"},
            "security: none would send the password in the open",
        ),
    ],
)
def test_wrong_mail_settings_are_told(settings: dict[str, object], problem: str) -> None:
    (said,) = problems(mail={"type": "smtp", "host": "h", **settings})
    assert problem in said
