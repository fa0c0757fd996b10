"""HTTP client for sources: says who it is, asks conditionally, keeps to budgets, and never reads without bounds."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp
import msgspec
from yarl import URL

from sources.addresses import PublicResolver, check_url
from sources.item import SourceError
from sources.refusals import explained, refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping

    from sources.budget import Budget

USER_AGENT: Final = "Tocsin/0.1 (brand monitoring; reads feeds and public APIs)"
MAX_BODY: Final = 10_000_000
"""Bytes of a body, unpacked."""

MAX_REDIRECTS: Final = 5
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60.0, connect=10.0, sock_read=20.0)
_CHUNK: Final = 65_536
_NOT_MODIFIED: Final = 304
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = range(200, 300)


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
            await self.budget.reserve_request()
            sent = {**(headers or {}), **((secrets or {}) if place.origin() == first.origin() else {})}
            async with explained(), self._request(place, sent) as answer:
                if answer.status not in _MOVED or "Location" not in answer.headers:
                    return await self._read(answer, max_bytes)
                place = place.join(URL(answer.headers["Location"]))
        raise SourceError(f"redirects more than {MAX_REDIRECTS} times: check `url`", permanent=True)

    async def post(
        self,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the answer to what is sent to `url`, as JSON or as a form; it is sent nowhere else.

        Raises:
            SourceError: as `get`, or it redirects.
        """
        place = _url(url)
        check_url(place, allow_private=self._allow_private)
        await self.budget.reserve_request()
        assert self._session is not None, "enter the client first"
        sent = self._session.post(place, json=json, data=form, headers=secrets, allow_redirects=False)
        async with explained(), sent as answer:
            return await self._read(answer, MAX_BODY)

    async def lines(
        self, url: str, params: Mapping[str, str], secrets: Mapping[str, str], patience: float
    ) -> AsyncGenerator[bytes, None]:
        """Yield the lines of an answer that does not end, empty ones among them, for as long as it goes on.

        Args:
            url: its address.
            params: what is added to its query.
            secrets: headers; it may not redirect.
            patience: seconds between two lines after which the connection is taken for dead.

        Raises:
            SourceError: as `get`.
        """
        place = _url(url).update_query(params)
        check_url(place, allow_private=self._allow_private)
        await self.budget.reserve_request()
        assert self._session is not None, "enter the client first"
        timeout = aiohttp.ClientTimeout(total=None, connect=10.0, sock_read=patience)
        asked = self._session.get(place, headers=secrets, allow_redirects=False, timeout=timeout, read_bufsize=_CHUNK)
        async with explained(), asked as answer:
            if answer.status not in _OK:
                raise refusal(answer.status, answer.headers)
            async for line in answer.content:
                self.budget.spend_bytes(len(line))
                yield line

    @asynccontextmanager
    async def websocket(self, url: str, params: Mapping[str, str], protocol: str) -> AsyncIterator[CountedSocket]:
        """Yield a WebSocket connection that speaks a subprotocol.

        Raises:
            SourceError: as `get`.
        """
        place = _url(url).update_query(params)
        check_url(place, allow_private=self._allow_private)
        await self.budget.reserve_request()
        assert self._session is not None, "enter the client first"
        patience = aiohttp.ClientWSTimeout(ws_receive=self._timeout.total)
        async with (
            explained(),
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
            raise refusal(answer.status, answer.headers)
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
