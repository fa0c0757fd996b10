"""A pager, a webhook's receiver and a mail server, real ones on the loopback, that fail on demand."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web
from aiosmtpd.controller import Controller

from tests.support.ports import pick_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


@dataclass
class WebhookReceiver:
    """Takes POST requests; `answers` are used up first: a status each; so are `holds`: seconds before the answer."""

    answers: deque[int] = field(default_factory=deque)
    holds: deque[float] = field(default_factory=deque)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    tries: int = 0
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        port = next(pick_ports())
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/hook?secret=s3cr3t"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        self.tries += 1
        body = await request.read()
        status = self.answers.popleft() if self.answers else 202
        if status < 300:
            self.taken.append((dict(request.headers), body))
        if self.holds:
            await asyncio.sleep(self.holds.popleft())
        headers = {"Retry-After": "1"} if status == 429 else {}
        return web.Response(status=status, headers=headers)


@contextmanager
def served_receiver() -> Iterator[WebhookReceiver]:
    """Serve a receiver from a thread until the block ends."""
    receiver, loop = WebhookReceiver(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(receiver.__aenter__(), loop).result(10)
    try:
        yield receiver
    finally:
        asyncio.run_coroutine_threadsafe(receiver.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class SmtpMailbox:
    """A mail server without TLS; `refusals` are used up first: an answer such as `451 try later` each."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusals: deque[str] = deque()
        self.port = next(pick_ports())
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take a mail, or do not."""
        del server, session
        if self.refusals:
            return self.refusals.popleft()
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._controller.stop()
