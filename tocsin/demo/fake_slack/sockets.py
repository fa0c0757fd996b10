"""Socket Mode server: sends envelopes to the app and records which it acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

ACK_TIMEOUT: Final = 3.0
"""Seconds that Slack gives an app to acknowledge."""


class NotAcknowledged(Exception):  # noqa: N818  it is what a person is told
    """No connection is open, or no acknowledgement came in time."""


@dataclass
class SocketModeServer:
    """Open connections, and the acknowledgements received over them."""

    open: list[web.WebSocketResponse] = field(default_factory=list)
    acked: list[tuple[str, float]] = field(default_factory=list)  # envelope, time.monotonic()
    payloads: dict[str, dict[str, Any]] = field(default_factory=dict)  # envelope → what its acknowledgement brought
    _waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.open)})
        async for message in socket:
            with contextlib.suppress(ValueError, TypeError, KeyError):
                self._on_response(json.loads(message.data))
        self.open.remove(socket)
        return socket

    async def send(self, kind: str, payload: dict[str, Any], envelope: str = "", *, accepts: bool = False) -> str:
        """Send an envelope to one of the connections, as Slack does; return its id."""
        envelope = envelope or f"envelope-{len(self.acked)}-{time.monotonic_ns()}"
        await self.open[-1].send_json(
            {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": accepts}
        )
        return envelope

    async def send_and_wait(self, kind: str, payload: dict[str, Any], patience: float = ACK_TIMEOUT) -> dict[str, Any]:
        """Send an envelope; return the payload of its acknowledgement.

        Raises:
            Unanswered: there was none in time.
        """
        if not self.open:
            raise NotAcknowledged("nobody listens")
        envelope = f"envelope-{time.monotonic_ns()}"
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = answer
        try:
            await self.send(kind, payload, envelope, accepts=True)
            return await asyncio.wait_for(answer, patience)
        except TimeoutError:
            raise NotAcknowledged(f"not acknowledged within {patience:g} s") from None
        finally:
            del self._waiting[envelope]

    def _on_response(self, answer: dict[str, Any]) -> None:
        envelope = answer["envelope_id"]
        self.acked.append((envelope, time.monotonic()))
        self.payloads[envelope] = answer.get("payload") or {}
        waiting = self._waiting.get(envelope)
        if waiting is not None and not waiting.done():
            waiting.set_result(self.payloads[envelope])
