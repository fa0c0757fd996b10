"""Addresses: which a source may lead to. What a stranger's page redirects to may be a machine in our own network."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from sources.item import SourceError

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver as Resolver
    from yarl import URL

_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("::/96"))
"""IPv4 behind NAT64, and in the old compatible form."""

_REMEDY: Final = "set `private_addresses: true` (on the command line `--private`) if it is meant"


def check_url(url: URL, *, allow_private: bool) -> None:
    """Check the scheme, and the host where it is an address; names are checked when they are resolved.

    Raises:
        SourceError: nothing that is read from public places.
    """
    if url.scheme not in {"http", "https", "ws", "wss"} or not url.host:
        raise SourceError(f"leads to {url.scheme or 'no'}://, which is not read", permanent=True)
    host = url.raw_host or ""
    if allow_private or not _is_number(host):
        return
    try:
        public = _is_public(host)
    except ValueError:  # 127.1, 0177.0.0.1 or 2130706433: the system's library reads more than one way
        raise SourceError(f"leads to {host[:60]}, which is no address: write four numbers", permanent=True) from None
    if not public:
        raise SourceError(f"leads to the private address {host}: {_REMEDY}", permanent=True)


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses alone, at each connection: a name may change what it means."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of a name.

        Raises:
            OSError: it has none.
        """
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if _is_public(one["host"])]
        if found and not public:
            raise PrivateAddressError(f"{host} is at the private address {found[0]['host']}: {_REMEDY}")
        return public

    async def close(self) -> None:
        """Let the resolver go."""
        await self._resolver.close()


class PrivateAddressError(OSError):
    """A name that leads into a private network."""


def _is_number(host: str) -> bool:
    """Return whether aiohttp takes a host for an address, and so asks no resolver."""
    return ":" in host or host.replace(".", "").isdigit()


def _is_public(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = _embedded(address) or address
    return address.is_global and not address.is_multicast


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, None where it is its own."""
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
