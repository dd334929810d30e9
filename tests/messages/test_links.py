"""Links."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.links import is_allowed, quoted
from tests.messages.examples import rich

Body = Callable[..., str]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com",
        "http://example.com/a?b=c&d=%20#e",
        "HTTPS://EXAMPLE.COM",
        "https://example.com:8443/Ohm's_law_(physics)",
        "https://bücher.example/ä",
        "https://[2001:db8::1]/",
        "mailto:help@example.com?subject=Hi",
    ],
)
def test_the_web_and_mail_may_be_linked_to(link: str) -> None:
    assert is_allowed(link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "example.com",
        "/account",
        "//evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com",
        "https://",
        "https:example.com",
        "https:///path",
        "https://good.example@evil.example/",
        "https://evil.example\\@good.example/",
        "https://exa mple.com",
        "https://example.com/\u202egnp.exe",
        'https://example.com/"onmouseover="alert(1)',
        "https://example.com/<script>",
        "https://example.com/\r\nBcc: x",
        "https://[bad",
        "mailto:",
        "mailto:nobody",
        "https://example.com/" + "x" * 2_000,
    ],
)
def test_nothing_else_may_be(link: str) -> None:
    assert not is_allowed(link)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a b", "data:text/html,x"])
def test_a_bad_link_in_the_data_stops_the_message(body: Body, link: str) -> None:
    for source in ("[x]({{ account.link }})", '\n{{ button("x", account.link) }}\n', "{{ account.link | link }}"):
        with pytest.raises(RenderError) as stopped:
            body(source, context=rich(account={"id": "a", "link": link}))
        assert stopped.value.reason == "bad_link"


def test_a_value_inside_a_link_can_add_nothing_to_it(body: Body) -> None:
    account = {"id": "../../x?admin=1#y&z=@/"}
    html = body("[x](https://example.com/a/{{ account.id }}?q={{ account.id }})", context=rich(account=account))
    part = "..%2F..%2Fx%3Fadmin%3D1%23y%26z%3D@%2F"
    assert f'href="https://example.com/a/{part}?q={part}"' in html


@pytest.mark.parametrize(
    "id_", ["evil.example/", "evil.example?", "evil.example#", "evil.example:80/", "evil.example\\"]
)
def test_a_value_inside_a_link_cannot_change_the_host(body: Body, id_: str) -> None:
    html = body("[x](https://{{ account.id }}.example.com/)", context=rich(account={"id": id_}))
    host = urlsplit(html.split('href="')[1].split('"')[0]).hostname
    assert host is not None
    assert host.endswith(".example.com")


def test_a_value_inside_a_link_cannot_pass_itself_off_as_another_host(body: Body) -> None:
    with pytest.raises(RenderError, match="not a link"):
        body("[x](https://example.com{{ account.id }}/)", context=rich(account={"id": "@evil.example"}))


def test_a_link_in_words_is_shown_as_it_is(body: Body) -> None:
    assert body("{{ account.link | link }}") == "<p>https://app.example.com/accounts/a1</p>"


def test_only_text_and_numbers_make_a_link(body: Body) -> None:
    assert 'href="https://example.com/5000"' in body("[x](https://example.com/{{ account.mrr }})")
    with pytest.raises(RenderError, match="text and numbers"):
        body("[x](https://example.com/{{ missing }})")


def test_a_quoted_value_keeps_a_mail_address_readable() -> None:
    assert quoted("a b@example.com") == "a%20b@example.com"
