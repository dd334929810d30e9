"""Where an address leads to, and what is written there."""

from __future__ import annotations

import asyncio

import pytest

from firstwin.senders.contract import Refused
from firstwin.senders.guard import ALSO_PRIVATE
from firstwin.senders.http import Http
from firstwin.senders.request import InvalidAddressError, Place, written


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://hooks.example.com/a/b?c=d#e", "hooks.example.com", 443, "/a/b?c=d", "hooks.example.com"),
        ("http://hooks.example.com:8080", "hooks.example.com", 8080, "/", "hooks.example.com:8080"),
        ("https://bücher.example/ü?q=a b", "xn--bcher-kva.example", 443, "/%C3%BC?q=a%20b", "xn--bcher-kva.example"),
        ("https://[2001:db8::1]:8443/x", "2001:db8::1", 8443, "/x", "[2001:db8::1]:8443"),
    ],
)
def test_an_address_says_where_to_go_and_what_to_ask_for(
    url: str, host: str, port: int, target: str, authority: str
) -> None:
    place = Place.of(url)
    assert (place.host, place.port, place.target) == (host, port, target)
    assert place.lines["host"] == f"Host: {authority}"
    assert place.is_encrypted == url.startswith("https")


def test_who_logs_in_by_the_address_does_so_in_a_header() -> None:
    place = Place.of("https://acme:p%40ss@example.com/")
    assert place.lines["host"] == "Host: example.com"
    assert place.lines["authorization"] == "Authorization: Basic YWNtZTpwQHNz"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "https:///x",
        "http://h:1x",
        "//h/x",
        "http://h:0/",
        "http://h:65536/",
        "http://h:" + 30 * "9",
        "http://h/\ud800",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidAddressError):
        Place.of(url)
    http = Http(url, deadline=1, reach=ALSO_PRIVATE, redact=str)
    answer = asyncio.run(http.get())
    assert isinstance(answer, Refused)
    assert answer.reason == "invalid_address"


def test_of_two_headers_of_one_name_the_senders_own_counts() -> None:
    place = Place.of("https://acme:secret@example.com/")
    request = written("POST", place, {"user-agent": "mine", "authorization": "Bearer t"}, b"").decode()
    assert [line for line in request.split("\r\n") if line.lower().startswith(("user-agent", "authorization"))] == [
        "user-agent: mine",
        "authorization: Bearer t",
    ]


@pytest.mark.parametrize("name", ["", "X: y", "Content-Length ", "ü"])
def test_a_name_of_a_header_is_one_word(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        written("POST", Place.of("https://example.com/"), {name: "x"}, b"")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "\x00"])
def test_a_header_is_one_line(value: str) -> None:
    place = Place.of("https://example.com/")
    for headers in ({"X": value}, {value: "x"}):
        with pytest.raises(ValueError, match="header"):
            written("POST", place, headers, b"")


def test_how_long_a_request_is_and_where_it_goes_is_said_once_and_by_us() -> None:
    place = Place.of("https://example.com/")
    request = written("POST", place, {"content-length": "9", "HOST": "elsewhere", "Connection": "close"}, b"abc")
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert [line for line in lines if line.lower().startswith(("host", "content-length", "connection"))] == [
        "Host: example.com",
        "Content-Length: 3",
    ]
    assert request.endswith(b"\r\n\r\nabc")
