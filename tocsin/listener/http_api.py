"""HTTP door for mentions: `POST /v1/mentions`, for whatever can send JSON and cannot write to Kafka.

A request shows the token (`Authorization: Bearer …`), or a signature after Standard Webhooks. It is answered once Kafka
has its mentions. The same `Idempotency-Key`, or `webhook-id`, is answered as before and sends nothing again.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from alerts.notifiers.standard_webhooks import signature, signing_key
from mentions.model.decode import Rejection, decode_line, split_lines
from mentions.model.hashing import hash63
from streams.clock import wall_ms
from streams.monitoring.probes import Probes
from tocsin.http_runner import probe_routes
from tocsin.listener.webhooks.endpoint import WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Send = Callable[[str, Sequence[bytes]], Awaitable[int | None]]

MAX_BODY: Final = 1_000_000
"""Bytes of a request."""

MAX_LINES: Final = 20_000
"""Mentions of a request, more than fit into it."""

MAX_WAITING: Final = 64
"""Requests that wait for Kafka at most; the next ones are asked to come again."""

KEPT_ANSWERS: Final = 10_000
TOLERANCE: Final = 300_000
"""Milliseconds by which a signature's time may differ from ours."""

_SHOWN: Final = 50
_AT_ONCE: Final = 200
_UNAUTHORISED: Final = "show the token (Authorization: Bearer …), or sign the request (Standard Webhooks)"


def build_api(
    send: Send,
    token: str,
    secret: str,
    clock: Callable[[], int] = wall_ms,
    probes: Probes | None = None,
    webhooks: Mapping[str, str] | None = None,
) -> web.Application:
    """Return the application.

    Raises:
        ValueError: neither token, secret nor a webhook's secret is set: anybody could write.
    """
    if not token and not secret and not webhooks:
        raise ValueError("--http needs TOCSIN_LISTEN_TOKEN or TOCSIN_LISTEN_SECRET: else anybody could send mentions")
    app = web.Application(client_max_size=MAX_BODY)
    mentions = MentionsEndpoint(send, token, secret, clock)
    app.router.add_post("/v1/mentions", mentions.post)
    others = WebhookEndpoint(mentions.take, webhooks or {}, clock)
    app.router.add_post("/v1/webhooks/{name}", others.post)
    app.router.add_get("/v1/webhooks/{name}", others.handshake)
    app.add_routes(probe_routes(probes or Probes()))
    return app


class MentionsEndpoint:
    """Takes mentions, checks each as the score stage would, and sends the good ones."""

    def __init__(self, send: Send, token: str, secret: str, clock: Callable[[], int]) -> None:
        self._send = send
        self._token = token
        self._key = signing_key(secret)
        self._clock = clock
        self._answers: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._running: dict[int, asyncio.Event] = {}
        self._waiting = 0

    async def post(self, request: web.Request) -> web.Response:
        """Answer a request: 202 with what was taken and what was not, 400 where nothing was."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _error(413, f"a request holds {MAX_BODY // 1000} kB at most: send several")
        if not self._may(request, body):
            return _error(401, _UNAUTHORISED, {"WWW-Authenticate": "Bearer"})
        lines = _lines(body)
        if len(lines) > MAX_LINES:
            return _error(413, f"a request holds {MAX_LINES} mentions at most, this one {len(lines)}: send several")
        if self._waiting >= MAX_WAITING:
            return _error(429, "Kafka is behind: come again", {"Retry-After": "5"})
        self._waiting += 1
        try:
            name = request.headers.get("Idempotency-Key") or request.headers.get("webhook-id") or ""
            return _answer(await self._take_once(name, lines) if name else await self.take(lines))
        finally:
            self._waiting -= 1

    async def _take_once(self, name: str, lines: Sequence[bytes]) -> dict[str, Any]:
        """Return the answer to the first request of that name; one that failed is none."""
        known = hash63(name)
        while known in self._running:
            await self._running[known].wait()
        if known not in self._answers:
            ended = self._running[known] = asyncio.Event()
            try:
                self._remember(known, await self.take(lines))
            finally:
                del self._running[known]
                ended.set()
        return self._answers[known]

    async def take(self, lines: Sequence[bytes]) -> dict[str, Any]:
        """Send the good ones of some mentions, and say what became of each."""
        records: dict[str, list[bytes]] = {}
        rejected: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 1):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # the sources are read in the same loop
            entry = decode_line(line, self._clock())
            if isinstance(entry, Rejection):
                rejected.append({"line": number, "reasons": list(entry.reasons)})
            else:
                records.setdefault(entry.brand or "", []).append(line)
        for brand, good in records.items():
            await self._send(brand, good)
        taken = sum(map(len, records.values()))
        return {"accepted": taken, "rejected": len(rejected), "reasons": rejected[:_SHOWN]}

    def _remember(self, name: int, answer: dict[str, Any]) -> None:
        self._answers[name] = answer
        while len(self._answers) > KEPT_ANSWERS:
            self._answers.popitem(last=False)

    def _may(self, request: web.Request, body: bytes) -> bool:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if self._token and hmac.compare_digest(_raw(shown), self._token.encode()):
            return True
        return bool(self._key) and self._is_signed(request, body)

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        name, moment = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        if not name or not (moment.isascii() and moment.isdigit()) or len(moment) > 12:  # noqa: PLR2004  seconds
            return False
        if abs(int(moment) * 1000 - self._clock()) > TOLERANCE:
            return False
        wanted = signature(self._key, _raw(name), moment.encode(), body).encode()
        given = request.headers.get("webhook-signature", "").split(" ")
        return any(hmac.compare_digest(_raw(one), wanted) for one in given)


def _lines(body: bytes) -> list[bytes]:
    """Return the mentions of a body, each as one line of JSON: an object, an array of objects, or JSON Lines."""
    if not body.lstrip().startswith(b"["):
        return split_lines(body) or [b""]
    try:
        return [bytes(one) for one in msgspec.json.decode(body, type=list[msgspec.Raw])] or [b""]
    except (msgspec.DecodeError, RecursionError):
        return [body]


def _raw(header: str) -> bytes:
    """Return the bytes of a header, which need not be text."""
    return header.encode("utf-8", "surrogateescape")


def _answer(taken: dict[str, Any]) -> web.Response:
    return web.json_response(taken, status=202 if taken["accepted"] else 400)


def _error(status: int, reason: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=headers)
