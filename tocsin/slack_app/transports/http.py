"""HTTP endpoint of the Slack app: signed requests for interactivity, the slash command and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest

from tocsin.slack_app.transports.acknowledgement import acknowledging

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

log = structlog.get_logger(__name__)

PATH: Final = "/slack"
MAX_BODY_BYTES: Final = 1_000_000


def build_endpoint(app: AsyncApp) -> web.Application:
    """Return the server of `POST /slack`; `app` verifies and acknowledges."""

    async def receive(request: web.Request) -> web.Response:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit()):  # Bolt answers 500 to one that is no number
            return _refuse("no timestamp", 401)
        try:
            body = (await request.read()).decode()
            bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
        except Exception:  # noqa: BLE001  Bolt reads payloads without checking their shape
            return _refuse("malformed body", 400)
        with acknowledging():
            response = await to_aiohttp_response(await app.async_dispatch(bolt_request))
            await response.prepare(request)
            await response.write_eof()
        return response

    server = web.Application(client_max_size=MAX_BODY_BYTES)
    server.router.add_post(PATH, receive)
    return server


def _refuse(reason: str, status: int) -> web.Response:
    log.warning("request refused", reason=reason)
    return web.Response(status=status)
