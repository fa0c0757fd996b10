"""HTTP servers: a connection that sends no whole request is closed, and those that do are answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tocsin import http_runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


async def _answer(_: web.Request) -> web.Response:
    await asyncio.sleep(0.5)
    return web.Response(text="all is well")


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Serve on a free port, with a shorter timeout than an answer takes."""
    monkeypatch.setattr(http_runner, "IDLE_TIMEOUT", 0.1)
    app = web.Application()
    app.router.add_get("/", _answer)
    runner = http_runner.http_runner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", REQUEST])
async def test_a_connection_without_a_whole_request_is_closed(port: int, sent: bytes) -> None:
    """Silent, or with headers that do not end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(30):
        assert await reader.read() == b""
    writer.close()


async def test_an_answer_may_take_longer(port: int) -> None:
    """As the stream of a page, which is open for hours."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST + b"\r\n")
    async with asyncio.timeout(30):
        assert b"all is well" in await reader.read()
    writer.close()
