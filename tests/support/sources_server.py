"""A local server in the place of a source: answers as told, and misbehaves in the ways that servers do."""

from __future__ import annotations

import asyncio
import gzip
import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

from aiohttp import web
from joserfc.jwk import ECKey

from sources.budget import Budget, Limits
from sources.client import PoliteClient, Response
from sources.kinds.app_store_connect import ConnectKey
from sources.registry import Tokens, source
from sources.settings import SourceSettings
from tests.support.source_answers import ANSWERS, NOW, QUERIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from sources.item import Page
    from tests.support.source_answers import Post

    Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


EC_KEY: Final = ECKey.generate_key("P-256").as_pem(private=True).decode()
"""A key as App Store Connect gives out."""


class SourcesServer:
    """One server for all kinds, within the test's event loop. What it was asked is in `requests`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.requests: list[web.Request] = []
        self.answers: list[Answer] = []
        self._host = host
        self._ending = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ending.set()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{self._host}:{self.port}"

    @property
    def websocket(self) -> str:
        """Return its address for streams."""
        return f"ws://{self._host}:{self.port}"

    def then(self, *answers: Answer) -> None:
        """Answer the next requests so, one each; the last answer stays."""
        self.answers = list(answers)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        return await answer(request)

    async def hang(self, _: web.Request) -> web.StreamResponse:
        """Answer nothing until the server ends."""
        await self._ending.wait()
        return web.Response()

    async def drip(self, request: web.Request) -> web.StreamResponse:
        """Answer a byte at a time, for ever."""
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while not self._ending.is_set():
                await response.write(b" ")
                await asyncio.sleep(0.01)
        return response


def client(*, requests: int = 100, timeout: float = 5.0, allow_private: bool = True) -> PoliteClient:
    """Return a client that may talk to this machine."""
    return PoliteClient(Budget(Limits(requests=requests)), allow_private=allow_private, timeout=timeout)


def settings(kind: str, url: str, **given: Any) -> SourceSettings:
    """Return the settings of a source at the local server."""
    return SourceSettings(kind=kind, url=url, private_addresses=True, **QUERIES[kind] | given)  # type: ignore[arg-type]


def polled(kind: str, url: str, **given: Any) -> Any:
    """Return the source of a kind at the local server; its clock stands at NOW where it has one."""
    tokens = Tokens("mastodon-token", "stack-key", "youtube-key", app_store_connect=ConnectKey(EC_KEY, "key", "us"))
    asked = source(settings(kind, url, **given), tokens)
    if kind == "google-play":
        asked._access, asked._until = "play-token", math.inf  # type: ignore[union-attr]
    if hasattr(asked, "_clock"):
        asked._clock = NOW.timestamp
    return asked


async def fetch(
    server: SourcesServer, kind: str, body: bytes, position: Mapping[str, Any] | None = None, **given: Any
) -> Page:
    """Return the page that comes of a body."""
    server.then(says(body))
    async with client() as asking:
        page: Page = await polled(kind, server.url, **given).fetch(asking, position or {})
        return page


class CannedClient(PoliteClient):
    """A client whose every answer is one body, without a network: for thousands of them."""

    def __init__(self, body: bytes) -> None:
        super().__init__(Budget(Limits(requests=1_000)))
        self.body = body

    async def get(self, url: str, *_: object, **__: object) -> Response:
        """Return the body."""
        return Response(self.body, {}, url)


def says(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


def tells(kind: str, posts: Sequence[Post]) -> Answer:
    """Return the sound answer of a kind."""
    return says(ANSWERS[kind](posts))


def redirects(place: str, status: int = 302) -> Answer:
    """Return an answer that leads elsewhere."""
    return says(b"", status, {"Location": place})


def cut_off(body: bytes) -> Answer:
    """Return an answer that breaks off in the middle."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def endless(chunk: bytes) -> Answer:
    """Return an answer that never ends, as fast as it is read."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        with suppress(ConnectionError):
            await response.prepare(request)
            while True:
                await response.write(chunk)
        return response

    return answer


def gzip_bomb(megabytes: int) -> Answer:
    """Return an answer of a few kB that unpacks to as many MB."""
    packed = gzip.compress(b" " * 1_000_000, 9) * megabytes  # members follow each other
    return says(packed, headers={"Content-Encoding": "gzip"})


def streams(*frames: bytes | int | None, protocol: str = "xrpc.v1.json") -> Answer:
    """Return a WebSocket that sends frames; a number closes it with that code, None waits for the other to go."""

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=(protocol,))
        await socket.prepare(request)
        for frame in frames:
            if frame is None:
                await socket.receive()
            elif isinstance(frame, int):
                await socket.close(code=frame)
            else:
                await socket.send_str(frame.decode())
        await socket.close()
        return socket

    return answer


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    2**53 + 1,
    10**30,
    1.5,
    1e300,
    "",
    "x" * 300_000,
    "\0\ud83d",
    [],
    [[]],
    {},
    {"a": 1},
]
"""What may be in the place of any value."""


def corrupted(body: bytes) -> Iterator[bytes]:
    """Yield a sound answer with each of its values replaced by each hostile one."""
    sound = json.loads(body)
    for path in _paths(sound):
        for value in HOSTILE:
            yield json.dumps(_replaced(sound, path, value)).encode()


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from ((key, *path) for path in _paths(part))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = _replaced(copy[key], tuple(rest), new)
    return copy
