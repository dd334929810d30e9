"""What is kept of an answer holds no secret."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, unquote

import pytest

from firstwin.senders.redact import Redactor, secrets_of_url

KEY = 'Tt/k3n+&of "mine"==<é>'
SLACK = "https://hooks.slack.com/services/T0001/B0001/abcDEF123"


def test_every_part_of_an_address_but_its_host_is_a_secret() -> None:
    redact = Redactor(secrets_of_url("https://user:pa55word@example.com/in/t0ken?key=k3y99&x=abc99"))
    said = redact("example.com got /in/t0ken?key=k3y99&x=abc99, t0ken, k3y99, abc99 and pa55word")
    assert "example.com" in said
    assert [word for word in ("t0ken", "k3y99", "abc99", "pa55word") if word in said] == []


def test_the_longest_is_taken_out_first() -> None:
    assert Redactor(secrets_of_url(SLACK))(f"no route to {SLACK}!") == "no route to [redacted]!"


def test_a_secret_is_found_in_its_encoded_form() -> None:
    assert Redactor({"a/b+c=="})("token=a%2Fb%2Bc%3D%3D") == "token=[redacted]"


@pytest.mark.parametrize(
    "said",
    [
        json.dumps({"you sent": f"key {KEY} was wrong"}),
        json.dumps({"url": KEY}).replace("/", "\\/"),
        f"<p>No such key: {html.escape(KEY)}</p>",
        f"?key={quote(KEY)}",
        "?key=" + re.sub("%..", lambda found: found[0].lower(), quote(KEY, safe="")),
        *(
            f"Authorization: Basic {base64.b64encode(f'{user}:{KEY}:'.encode()).decode()}"
            for user in ("a", "ab", "abc")
        ),
        base64.b64encode(KEY.encode()).decode(),
        f"\N{ZERO WIDTH SPACE}{KEY}{KEY}",
    ],
)
def test_a_secret_is_found_however_it_was_wrapped(said: str) -> None:
    kept = Redactor({KEY})(said)
    assert "[redacted]" in kept
    inside = [KEY[at : at + 8] for at in range(len(KEY) - 8)]
    unwrapped = [kept, html.unescape(kept), unquote(kept), kept.replace("\\", "")]
    assert [part for part in inside for text in unwrapped if part in text] == []
    for word in re.findall(r"[A-Za-z0-9+/]{8,}", kept):
        decoded = base64.b64decode(word[: len(word) // 4 * 4])
        assert [part for part in inside if part.encode() in decoded] == []


def test_a_secret_that_is_no_text_of_its_own_is_found_too() -> None:
    assert "tok" not in Redactor({"tok\udcffen&<é>/x"})("tok\udcffen&<é>/x")


def test_a_secret_that_the_cut_would_halve_is_gone_before_the_cut() -> None:
    assert "supers" not in Redactor({"supersecret"})("x" * 1994 + "supersecret")


def test_an_answer_is_cut_and_cleaned() -> None:
    said = Redactor()("\x1b[31mred\x00" + "x" * 5000)
    assert len(said) <= 2000
    assert said.isprintable()


def test_ordinary_words_stay() -> None:
    assert Redactor({"", "a", "abc"})("an abc of words") == "an abc of words"
