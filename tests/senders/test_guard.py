"""Which addresses may be reached, and that a request meets the guard whatever its name says."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import pytest

from firstwin.senders.contract import Accepted, Refused, Retry
from firstwin.senders.guard import ALSO_PRIVATE, ONLY_PUBLIC
from firstwin.senders.load import check_settings
from tests.senders.http_faults import Answering
from tests.senders.rigs import PAYLOAD, SECRET, Sending, made
from tests.senders.serving import unused_port

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"]
PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
PRIVATE_INSIDE = ["::ffff:127.0.0.1", "::ffff:10.0.0.1"]
NEVER = [
    "0.0.0.0",  # noqa: S104 - looked at, not bound to
    "169.254.169.254",  # the machine's credentials, on most clouds
    "fd00:ec2::254",
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.1",
    "::",
    "::7f00:1",  # IPv4-compatible
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",  # 6to4
    "2001::1",  # Teredo
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",  # site-local
    "ff02::1",
    "ff0e::1",
    "4000::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_may_be_reached(address: str) -> None:
    assert ONLY_PUBLIC.has(address)
    assert ALSO_PRIVATE.has(address)


@pytest.mark.parametrize("address", PRIVATE + PRIVATE_INSIDE)
def test_a_private_network_only_where_it_is_allowed(address: str) -> None:
    assert not ONLY_PUBLIC.has(address)
    assert ALSO_PRIVATE.has(address)


@pytest.mark.parametrize("address", NEVER)
def test_some_networks_are_never_reached(address: str) -> None:
    assert not ONLY_PUBLIC.has(address)
    assert not ALSO_PRIVATE.has(address)


@pytest.mark.parametrize("kind", ["webhook", "slack"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_a_request_into_a_private_network_never_connects(kind: str, host: str) -> None:
    port, server = unused_port(), Answering()
    settings = {"url": f"https://{host}:{port}/x", "allow_private": False}
    answer = Sending(kind, server, settings=settings).answer()
    assert isinstance(answer, Refused)
    assert answer.reason in {"forbidden_address", "invalid_address"}
    assert server.connections == 0


def test_the_same_request_goes_out_where_private_addresses_are_allowed() -> None:
    assert isinstance(Sending("webhook", Answering()).answer(), Accepted)


# ---- what a name resolves to ----------------------------------------------------------------------------------------

ELSEWHERE = "93.184.216.34"


class Network(asyncio.SelectorEventLoop):
    """Names lead where ``answers`` say, one answer for each look-up; nobody takes a connection."""

    def __init__(self, *answers: list[str]) -> None:
        super().__init__()
        self.answers = list(answers)
        self.connected: list[str] = []

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> list[Any]:
        del host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.answers.pop(0)]

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        del sock
        self.connected.append(address[0])
        raise ConnectionRefusedError(errno.ECONNREFUSED, "nobody is here")


def attempts(network: Network, times: int = 1, **settings: object) -> list[str]:
    """The reasons of so many attempts."""

    async def send() -> list[str]:
        sender = made("webhook", 1, **{"url": "https://hooks.example.com/x", **settings})
        told = []
        for _ in range(times):
            answer = await sender.send(PAYLOAD)
            assert isinstance(answer, Retry | Refused)
            told.append(answer.reason)
            await sender.close()
        return told

    with asyncio.Runner(loop_factory=lambda: network) as runner:
        return runner.run(send())


def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    network = Network(["127.0.0.1"])
    assert attempts(network, allow_private=False) == ["forbidden_address"]
    assert network.connected == []


def test_of_a_name_with_many_addresses_only_the_public_ones_are_connected_to() -> None:
    network = Network(["10.0.0.1", ELSEWHERE, "169.254.169.254"])
    attempts(network, allow_private=False)
    assert set(network.connected) == {ELSEWHERE}


def test_a_name_that_is_bound_anew_is_judged_anew_and_looked_up_once_for_each_connection() -> None:
    network = Network([ELSEWHERE], ["127.0.0.1"], [ELSEWHERE])
    assert attempts(network, 3, allow_private=False) == ["no_connection", "forbidden_address", "no_connection"]
    assert set(network.connected) == {ELSEWHERE}
    assert network.answers == []


@pytest.mark.parametrize(
    ("allowed", "reached"),
    [
        (["10.1.0.0/16"], ["10.1.2.3"]),
        (["10.1.2.3"], ["10.1.2.3"]),
        (["10.2.0.0/16"], []),
        (["hooks.example.com"], ["10.1.2.3"]),
        (["HOOKS.example.com.", "10.2.0.0/16"], ["10.1.2.3"]),
        (["other.example.com"], []),
        (["example.com"], []),
        ("10.1.0.0/16, other.internal", ["10.1.2.3"]),
        ([], []),
        (True, ["10.1.2.3"]),
        ("no", []),
    ],
)
def test_what_is_private_may_be_allowed_by_name(allowed: object, reached: list[str]) -> None:
    network = Network(["10.1.2.3"])
    attempts(network, allow_private=allowed)
    assert sorted(set(network.connected)) == reached


def test_a_host_that_is_allowed_by_name_still_leads_to_no_credentials() -> None:
    network = Network(["169.254.169.254", "fd00:ec2::254", "100.100.100.200"])
    assert attempts(network, allow_private=["hooks.example.com"]) == ["forbidden_address"]


@pytest.mark.parametrize("allowed", [True, ["hooks.example.com"], ["10.0.0.0/8"]])
def test_what_goes_in_the_open_stays_in_private_networks(allowed: object) -> None:
    network = Network([ELSEWHERE])

    told = attempts(network, url="http://hooks.example.com/x", allow_private=allowed)
    assert told == ["forbidden_address"]
    assert network.connected == []


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        (["8.8.8.0/24"], "no private network"),
        (["0.0.0.0/0"], "no private network"),
        (["169.254.0.0/16"], "no private network"),
        (["10.0.0.0/7"], "no private network"),
        (["10.0.0.1/8"], "neither a network nor a host"),
        (["10.0.0"], "neither a network nor a host"),
        (["*.internal"], "neither a network nor a host"),
        (["https://hooks.internal"], "neither a network nor a host"),
        (["hooks.internal:8080"], "neither a network nor a host"),
        ([""], "neither a network nor a host"),
        ("maybe not", "neither a network nor a host"),
        ([7], "neither true nor false nor a list"),
        ({"a": 1}, "neither true nor false nor a list"),
        (7, "neither true nor false nor a list"),
        (None, "neither true nor false nor a list"),
    ],
)
def test_what_can_not_be_allowed_is_told(allowed: object, told: str) -> None:
    given = {"type": "webhook", "url": "https://x.example", "secret": SECRET, "allow_private": allowed}
    (problem,) = check_settings({"crm": given})
    assert problem.startswith("senders.crm.allow_private: ")
    assert told in problem
    assert "[10.1.0.0/16, hooks.internal]" in problem or "can't be allowed" in problem
