"""May a source lead into our own network, in whatever form the address is written?"""

from __future__ import annotations

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from sources.addresses import PrivateAddressError, PublicResolver, check_url
from sources.item import SourceError

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fd00::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::]",
]
ODD = [
    "2130706433",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "0127.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "1.2.3.4.5",
    "999.1.1.1",
]


class FakeResolver(AbstractResolver):
    """Knows names by heart."""

    def __init__(self, **names: list[str]) -> None:
        self.names = names
        self.closed = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name."""
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.names[host]
        ]

    async def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused_unless_allowed(host: str) -> None:
    """The reason says how to allow them."""
    with pytest.raises(SourceError, match="private_addresses: true") as raised:
        check_url(URL(f"http://{host}/"), allow_private=False)
    assert raised.value.permanent

    check_url(URL(f"http://{host}/"), allow_private=True)


@pytest.mark.parametrize("host", ODD)
def test_an_address_in_an_odd_form_is_refused(host: str) -> None:
    """The system reads `127.1` as 127.0.0.1, and aiohttp asks no resolver about digits."""
    with pytest.raises(SourceError, match=r"no address|private address"):
        check_url(URL(f"http://{host}/"), allow_private=False)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "[2002:808:808::]", "forum.example", "0x7f.1", "1.2.3.example"]
)
def test_public_addresses_and_names_pass(host: str) -> None:
    """A name is checked when it is resolved."""
    check_url(URL(f"https://{host}/"), allow_private=False)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://host.example/", "javascript:alert(1)", "/relative", "data:,x"]
)
@pytest.mark.parametrize("allow", [True, False])
def test_only_the_web_is_read(address: str, allow: bool) -> None:  # noqa: FBT001  a case
    """Whether private addresses are allowed or not."""
    with pytest.raises(SourceError, match="not read"):
        check_url(URL(address), allow_private=allow)


async def test_a_name_is_resolved_to_its_public_addresses() -> None:
    """The private ones among them are never connected to."""
    resolver = PublicResolver(FakeResolver(mixed=["10.0.0.1", "8.8.8.8", "::1"], none=[]))

    assert [one["host"] for one in await resolver.resolve("mixed", 443)] == ["8.8.8.8"]
    assert await resolver.resolve("none", 443) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:192.168.0.1", "169.254.169.254", "fe80::1%eth0"])
async def test_a_name_of_a_private_address_has_none(address: str) -> None:
    """At every connection: a name may change what it means."""
    with pytest.raises(PrivateAddressError, match="private_addresses: true"):
        await PublicResolver(FakeResolver(inside=[address])).resolve("inside", 80)


async def test_closing_lets_the_resolver_go() -> None:
    """It holds sockets."""
    inner = FakeResolver()
    await PublicResolver(inner).close()

    assert inner.closed
