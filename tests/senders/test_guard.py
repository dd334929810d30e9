"""Which addresses may be reached, and that a request meets the guard whatever its name says."""

from __future__ import annotations

import pytest

from firstwin.senders.contract import Accepted, Refused
from firstwin.senders.guard import may_reach
from tests.senders.http_faults import Answering
from tests.senders.rigs import Sending
from tests.senders.serving import unused_port

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"]
PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
PRIVATE_INSIDE = ["::ffff:127.0.0.1", "::ffff:10.0.0.1"]
NEVER = [
    "0.0.0.0",  # noqa: S104 - looked at, not bound to
    "169.254.169.254",  # the machine's credentials, on most clouds
    "fd00:ec2::254",
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
    assert may_reach(address, allow_private=False)
    assert may_reach(address, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE + PRIVATE_INSIDE)
def test_a_private_network_only_where_it_is_allowed(address: str) -> None:
    assert not may_reach(address, allow_private=False)
    assert may_reach(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_networks_are_never_reached(address: str) -> None:
    assert not may_reach(address, allow_private=False)
    assert not may_reach(address, allow_private=True)


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
