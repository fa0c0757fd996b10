"""HTTP client for sources: says who it is, asks conditionally, keeps to budgets, and never reads without bounds."""

from __future__ import annotations

import asyncio
import email.utils
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp
import msgspec
from yarl import URL

from sources.addresses import PrivateAddressError, PublicResolver, check_url
from sources.item import SourceError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sources.budget import Budget

USER_AGENT: Final = "Tocsin/0.1 (brand monitoring; reads feeds and public APIs)"
MAX_BODY: Final = 10_000_000
"""Bytes of a body, unpacked."""

MAX_REDIRECTS: Final = 5
MAX_RETRY_AFTER: Final = 86_400.0
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60.0, connect=10.0, sock_read=20.0)
_CHUNK: Final = 65_536
_NOT_MODIFIED: Final = 304
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})
_SERVER: Final = 500
_OK: Final = range(200, 300)
_REFUSALS: Final = {
    401: "wants a login: set the source's token, or read elsewhere",
    402: "wants to be paid",
    403: "refuses to be read: check its address, token and terms",
    404: "is not there: check `url` and `query`",
    410: "is gone for good: remove the source",
}


@dataclass(frozen=True)
class Response:
    """A body and what was said about it; `body` is None where nothing changed since the last time."""

    body: bytes | None
    headers: Mapping[str, str]  # whatever their case
    url: str  # where it was in the end

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            SourceError: it is none.
        """
        try:
            return msgspec.json.decode(self.body or b"null")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            start = ascii((self.body or b"")[:60].decode(errors="replace"))
            raise SourceError(f"answers no JSON, but {start}: check `url`") from None


class CountedSocket:
    """A WebSocket connection, what comes in by it taken off the budget."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, budget: Budget) -> None:
        self._socket = socket
        self._budget = budget

    async def receive(self) -> aiohttp.WSMessage:
        """Return the next message.

        Raises:
            BudgetUsedUpError: it was one too many.
        """
        message = await self._socket.receive()
        if isinstance(message.data, str | bytes):
            self._budget.spend_bytes(len(message.data))
        return message


class PoliteClient:
    """One per source. Redirects are followed to public addresses alone; each request is taken off the budget."""

    def __init__(self, budget: Budget, *, allow_private: bool = False, timeout: float | None = None) -> None:
        self.budget = budget
        self._allow_private = allow_private
        self._timeout = _TIMEOUT if timeout is None else aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        resolver = None if self._allow_private else PublicResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, limit=4, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT},
            middlewares=(self._checked,),
            timeout=self._timeout,
            max_line_size=16_384,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BODY,
    ) -> Response:
        """Return what lies at `url`.

        Args:
            url: its address.
            params: what is added to its query.
            headers: headers, sent on to where it redirects.
            secrets: headers that are sent to that scheme, host and port alone.
            max_bytes: of the body, unpacked.

        Raises:
            SourceError: no answer, a refusal, too much, too many redirects, or a private address.
        """
        place = first = _url(url).update_query(params or {})
        for _ in range(MAX_REDIRECTS + 1):
            check_url(place, allow_private=self._allow_private)
            self.budget.spend_request()
            sent = {**(headers or {}), **((secrets or {}) if place.origin() == first.origin() else {})}
            async with _explained(), self._request(place, sent) as answer:
                if answer.status not in _MOVED or "Location" not in answer.headers:
                    return await self._read(answer, max_bytes)
                place = place.join(URL(answer.headers["Location"]))
        raise SourceError(f"redirects more than {MAX_REDIRECTS} times: check `url`", permanent=True)

    @asynccontextmanager
    async def websocket(self, url: str, params: Mapping[str, str], protocol: str) -> AsyncIterator[CountedSocket]:
        """Yield a WebSocket connection that speaks a subprotocol.

        Raises:
            SourceError: as `get`.
        """
        place = _url(url).update_query(params)
        check_url(place, allow_private=self._allow_private)
        self.budget.spend_request()
        assert self._session is not None, "enter the client first"
        patience = aiohttp.ClientWSTimeout(ws_receive=self._timeout.total)
        async with (
            _explained(),
            self._session.ws_connect(
                place, protocols=(protocol,), heartbeat=20.0, max_msg_size=4_000_000, timeout=patience
            ) as socket,
        ):
            yield CountedSocket(socket, self.budget)

    async def _checked(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Check each address again: aiohttp follows the redirects of a WebSocket's handshake by itself."""
        check_url(request.url, allow_private=self._allow_private)
        return await send(request)

    async def _read(self, answer: aiohttp.ClientResponse, max_bytes: int) -> Response:
        if answer.status == _NOT_MODIFIED:
            return Response(None, answer.headers, str(answer.url))
        if answer.status not in _OK:
            raise _refusal(answer.status, answer.headers)
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            self.budget.spend_bytes(len(chunk))
            if len(body) > max_bytes:
                raise SourceError(f"sends more than {max_bytes / 1e6:g} MB: name a smaller feed")
            await asyncio.sleep(0)
        return Response(bytes(body), answer.headers, str(answer.url))

    def _request(self, place: URL, headers: Mapping[str, str]) -> Any:
        assert self._session is not None, "enter the client first"
        return self._session.get(place, headers=headers, allow_redirects=False)


def _url(address: str) -> URL:
    try:
        return URL(address)
    except ValueError:
        raise SourceError("has an address that is none: check `url`", permanent=True) from None


@asynccontextmanager
async def _explained() -> AsyncIterator[None]:
    """Turn what can go wrong on a network into a `SourceError`."""
    try:
        yield
    except TimeoutError:
        raise SourceError("did not answer in time") from None
    except aiohttp.WSServerHandshakeError as error:
        raise _refusal(error.status, error.headers or {}) from None
    except aiohttp.ClientConnectorDNSError as error:
        if isinstance(error.os_error, PrivateAddressError):
            raise SourceError(str(error.os_error), permanent=True) from None
        raise SourceError("has a name that cannot be resolved: check `url` and the network") from None
    except aiohttp.ClientConnectorCertificateError:
        raise SourceError("shows a certificate that is not valid: check `url`, or tell its owner") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error, PrivateAddressError):
            raise SourceError(str(error), permanent=True) from None
        raise SourceError(f"cannot be read ({type(error).__name__})") from None


def _refusal(status: int, headers: Mapping[str, str]) -> SourceError:
    wait = retry_after(headers.get("Retry-After", ""))
    if status in _LATER or status >= _SERVER:
        asked = f" and asks to wait {wait:.0f} s" if wait else ""
        return SourceError(f"answers {status}{asked}", retry_after=wait, status=status)
    reason = _REFUSALS.get(status, "refuses the request: check `url` and `query`")
    return SourceError(f"answers {status}: {reason}", retry_after=wait, permanent=True, status=status)


def retry_after(value: str, now: datetime | None = None) -> float:
    """Return the seconds that a `Retry-After` header asks to wait, a day at most; 0 where it says nothing.

    >>> retry_after("120"), retry_after("soon")
    (120.0, 0.0)
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER)
    try:
        instant = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    at = now or datetime.now(UTC)  # noqa: TID251  the default of a pure function
    return min(max(0.0, (instant - at).total_seconds()), MAX_RETRY_AFTER)
