"""Keeps requests out of networks that nobody meant: judged at connect time, on the very address that is connected to.

``is_global`` alone does not do: it lets multicast, NAT64, 6to4 and site-local addresses through.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

GLOBAL_UNICAST = ip_network("2000::/3")
NOT_PUBLIC = tuple(
    ip_network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",  # documentation
    )
)
PRIVATE = tuple(
    ip_network(net)
    for net in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
CLOUD_SECRETS = ip_network("fd00:ec2::/32")  # inside the private range, and hands out a machine's credentials

AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]


class ForbiddenError(PermissionError):
    """The address lies in a network that this sender may not reach."""


def guarded_socket(*, allow_private: bool) -> Callable[[AddrInfo], socket.socket]:
    """Makes the socket for one resolved address, or raises ForbiddenError."""

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not may_reach(address[0], allow_private=allow_private):
            # one text for all, so that several forbidden addresses of a name are told as one
            raise ForbiddenError(errno.EACCES, "the name leads into a network that this sender may not reach")
        return socket.socket(family, kind, protocol)

    return make


def may_reach(address: str, *, allow_private: bool) -> bool:
    ip = _inner(ip_address(address.partition("%")[0]))
    if allow_private and any(ip in net for net in PRIVATE) and ip not in CLOUD_SECRETS:
        return True
    return _is_public(ip)


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if not ip.is_global or ip.is_multicast or any(ip in net for net in NOT_PUBLIC):
        return False
    return ip.version == 4 or ip in GLOBAL_UNICAST  # noqa: PLR2004 - the number of the protocol
