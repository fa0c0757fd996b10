"""Slow link: a proxy in front of a broker that lets its answers come late, or cuts every connection."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl

CHUNK: Final = 1 << 16  # bytes


class SlowLink:
    """Listens on `port` and passes on to `target`, both on the loopback interface, until it is closed.

    `delay` is how many seconds later each piece of what the target answers arrives; it may be set at any time. With
    `tls`, clients speak TLS with the link; its certificate may be changed at any time.
    """

    def __init__(self, port: int, target: int, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self._tls = tls
        self.delay = 0.0
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    @property
    def bootstrap(self) -> str:
        """Return `host:port` for clients."""
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Close every connection; new ones are taken."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._writers.add(to_client)
        try:
            from_target, to_target = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            self._forget(to_client)
            return
        self._writers.add(to_target)
        try:
            asked = asyncio.ensure_future(self._pass_on(from_client, to_target, late=False))
            answered = asyncio.ensure_future(self._pass_on(from_target, to_client, late=True))
            await asyncio.wait([asked, answered], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._forget(to_client, to_target)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, late: bool) -> None:
        with suppress(OSError):
            while piece := await source.read(CHUNK):
                if late and self.delay:
                    await asyncio.sleep(self.delay)
                sink.write(piece)
                await sink.drain()

    def _forget(self, *writers: asyncio.StreamWriter) -> None:
        for writer in writers:
            writer.close()
            self._writers.discard(writer)
