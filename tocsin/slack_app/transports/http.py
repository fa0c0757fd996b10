"""How do taps and commands come in over HTTP? Signed by Slack, not older than five minutes, each once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from tocsin.slack_app.transports.socket_mode import Desk

log = structlog.get_logger(__name__)

WINDOW: Final = 300.0
"""Seconds that a signature is good for; so long it is remembered."""

LARGEST: Final = 1_000_000
"""Bytes of a request that are read."""


class Gate:
    """Lets a request through once, if Slack signed it and it is fresh."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._verifier = SignatureVerifier(secret, _Clock(clock))
        self._seen: dict[str, float] = {}

    def refusal(self, body: bytes, timestamp: str, signature: str) -> str:
        """Return why a request is refused, or nothing."""
        now = self._clock()
        if not (timestamp.isascii() and timestamp.isdigit()) or not self._verifier.is_valid(body, timestamp, signature):
            return "not signed by Slack within the last five minutes"
        self._seen = {name: until for name, until in self._seen.items() if until > now}
        if signature in self._seen:
            return "seen before"
        self._seen[signature] = now + 2 * WINDOW
        return ""


class _Clock(Clock):
    def __init__(self, clock: Callable[[], float]) -> None:
        self._now = clock

    def now(self) -> float:
        return self._now()


def application(gate: Gate, desk: Desk) -> web.Application:
    """Return the endpoint `/slack`, for interactivity, the slash command and events."""
    tasks: set[asyncio.Task[None]] = set()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        headers = request.headers
        why = gate.refusal(body, headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", ""))
        if why:
            log.warning("a request was refused", why=why)
            return web.Response(status=401)
        found = asked(body)
        if found is not None and found[1].get("type") == "url_verification":
            return web.json_response({"challenge": str(found[1].get("challenge", ""))})
        if found is None:
            return web.Response(status=400)
        said = desk.answer(*found)
        task = asyncio.create_task(desk.handle(*found))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return web.Response() if said is None else web.json_response(said)

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/slack", take)
    return app


def asked(body: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return the kind of request and its payload, from the form or, of events, the JSON that Slack posts; else None."""
    try:
        if body.startswith(b"{"):
            return "events_api", dict(json.loads(body))
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        if "payload" not in form:
            return ("slash_commands", dict(form)) if "command" in form else None
        payload = json.loads(form["payload"])
    except (ValueError, RecursionError):
        return None
    return ("interactive", payload) if isinstance(payload, dict) else None
