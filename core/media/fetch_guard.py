"""Which addresses an import may connect to; it connects to nothing that it has not checked.

A name is resolved once for each connection, every address it has is checked, and the connection goes to one of just
those: a name that answers otherwise the next time, or a redirect, gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING, Final, Protocol

import httpcore

from core.errors import LinkRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
# Where an IPv6 address only wraps an IPv4 one, or its meaning is the local network's own affair.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_CLOSED: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",  # carriers' own, and some clouds' metadata
            "192.0.0.0/24",
            "192.88.99.0/24",
            "168.63.129.16/32",  # a cloud's host, reachable from its machines alone
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
        ),
    )
)


class AddressPolicy(Protocol):
    """Says where a connection may go."""

    def allows(self, address: Address) -> bool:
        """Return whether an import may connect to it."""
        ...


class Resolver(Protocol):
    """Finds the addresses of a name."""

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return all of them, at least one; raises OSError where there are none."""
        ...


class PublicOnly:
    """Public addresses alone: no loopback, private, link-local, metadata, multicast or wrapped ones."""

    def allows(self, address: Address) -> bool:
        """Return whether anyone on the internet could reach it."""
        if isinstance(address, ipaddress.IPv6Address) and (inner := _unwrap(address)) is not None:
            return self.allows(inner)
        if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_V6:
            return False
        closed = any(address.version == network.version and address in network for network in _CLOSED)
        return address.is_global and not (address.is_multicast or address.is_reserved or closed)


class SystemResolver:
    """The system's own."""

    async def resolve(self, host: str, port: int) -> list[str]:
        """Ask in a thread."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(info[4][0]) for info in found))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections for the HTTP library, to checked addresses only."""

    def __init__(self, policy: AddressPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers.

        Raises:
            LinkRefused: private; not a single one of the host's addresses may be closed to us.
        """
        last: Exception | None = None
        for address in await self._find(host, port):
            try:
                return await self._sockets.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError("no address")

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - never used: it is refused whatever it is
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the library's own signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: nothing on this machine is a link's business."""
        raise LinkRefused("private")

    async def sleep(self, seconds: float) -> None:
        """Wait; the library asks for it between its own retries, of which there are none."""
        await asyncio.sleep(seconds)

    async def _find(self, host: str, port: int) -> list[Address]:
        try:
            texts = await self._resolver.resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [ipaddress.ip_address(text) for text in texts]
        if not all(map(self._policy.allows, addresses)):
            raise LinkRefused("private")
        return addresses


def _unwrap(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour
