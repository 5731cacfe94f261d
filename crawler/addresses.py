"""Which addresses may be fetched: public ones, unless a source says otherwise."""

import ipaddress
from typing import Any

from scrapy.resolver import CachingThreadedResolver, dnscache
from twisted.internet.defer import Deferred, fail

from storage.errors import UnsafeAddress

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# `is_global` is True for these, and each can lead into a private network (RFC 3056, 6052, 3879; 6to4 relays).
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "fec0::/10", "192.0.0.0/24", "192.88.99.0/24")
)

exempt: set[str] = set()
"""Hosts whose source says `allow_private`. The resolver serves all crawls of a process, and is told here."""

refused: dict[str, str] = {}
"""Host -> address, of look-ups that were refused. Twisted turns any failed look-up into "not found"; this says why."""


def is_public(address: str | _Address) -> bool:
    """Whether an IP address, as text or parsed, is one that anybody on the internet may be asked for."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_multicast or not parsed.is_global:
        return False
    return not any(parsed in network for network in _NOT_PUBLIC if network.version == parsed.version)


class GuardedResolver(CachingThreadedResolver):
    """Looks names up and refuses addresses that are not public.

    Twisted connects only to what this returns, IP literals included, so there is no gap between check and connection
    for a name that changes its answer.
    """

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        if name in exempt:
            return super().getHostByName(name, timeout)
        if name in dnscache and not is_public(dnscache[name]):
            refused[name] = dnscache[name]
            return fail(UnsafeAddress(name, dnscache[name]))
        answer = super().getHostByName(name, timeout)
        answer.addCallback(_public_or_fail, name)
        return answer


def _public_or_fail(address: str, name: str) -> str:
    if not is_public(address):
        refused[name] = address
        raise UnsafeAddress(name, address)
    return address
