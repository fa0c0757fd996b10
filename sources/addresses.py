"""Addresses: which a source may lead to. What a stranger's page redirects to may be a machine in our own network."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from sources.item import SourceError

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver as Resolver
    from yarl import URL

_REMEDY: Final = "set `private_addresses: true` if it is meant"


def check_url(url: URL, *, allow_private: bool) -> None:
    """Check the scheme, and the host where it is an address; names are checked when they are resolved.

    Raises:
        SourceError: nothing that is read from public places.
    """
    if url.scheme not in {"http", "https", "ws", "wss"} or not url.host:
        raise SourceError(f"leads to {url.scheme or 'no'}://, which is not read", permanent=True)
    if not allow_private and _is_address(url.host) and not _is_public(url.host):
        raise SourceError(f"leads to the private address {url.host}: {_REMEDY}", permanent=True)


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


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
