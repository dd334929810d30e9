"""Keeps requests out of networks that nobody meant: judged at connect time, on the very address that is connected to.

``is_global`` alone does not do: it lets multicast, NAT64, 6to4 and site-local addresses through.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

GLOBAL_UNICAST = ip_network("2000::/3")
NOT_PUBLIC = tuple(
    ip_network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments
        "168.63.129.16/32",  # a public address that is the inside of Azure, and hands out certificates
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
CLOUD_SECRETS = (ip_network("fd00:ec2::/32"), ip_network("100.100.100.200/32"))  # private, and hand out credentials

Network = IPv4Network | IPv6Network
AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]


class ForbiddenError(PermissionError):
    """The address lies in a network that this sender may not reach."""


@dataclass(frozen=True)
class Reach:
    """Where connections may go: to public addresses, unless ``public`` is false, and into these private networks."""

    private: tuple[Network, ...] = ()
    public: bool = True

    def has(self, address: str) -> bool:
        ip = _inner(ip_address(address.partition("%")[0]))
        return self._has_private(ip) or (self.public and _is_public(ip))

    def _has_private(self, ip: IPv4Address | IPv6Address) -> bool:
        of_ours = _is_in(ip, self.private) and _is_in(ip, PRIVATE)
        return of_ours and not _is_in(ip, CLOUD_SECRETS)


ONLY_PUBLIC = Reach()
ALSO_PRIVATE = Reach(PRIVATE)


def guarded_socket(reach: Reach) -> Callable[[AddrInfo], socket.socket]:
    """Makes the socket for one resolved address, or raises ForbiddenError."""

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not reach.has(address[0]):
            # one text for all, so that several forbidden addresses of a name are told as one
            raise ForbiddenError(errno.EACCES, "the name leads into a network that this sender may not reach")
        return socket.socket(family, kind, protocol)

    return make


def private_network(text: str) -> Network | None:
    """The network, or the address alone, that ``text`` names; None if it names none. ValueError if it is not private."""
    try:
        network = ip_network(text)
    except ValueError:
        return None
    if not any(net.version == network.version and network.subnet_of(net) for net in PRIVATE):  # type: ignore[arg-type]
        raise ValueError(f"names {text}, which is no private network; others need no allowing, or can't be allowed")
    return network


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip


def _is_in(ip: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(ip in net for net in networks)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if not ip.is_global or ip.is_multicast or _is_in(ip, NOT_PUBLIC):
        return False
    return ip.version == 4 or ip in GLOBAL_UNICAST  # noqa: PLR2004 - the number of the protocol
