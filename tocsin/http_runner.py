"""Runner of the HTTP servers: web pages, mentions, Slack's requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from streams.monitoring.probes import PATHS

if TYPE_CHECKING:
    from streams.monitoring.probes import Probes

IDLE_TIMEOUT: Final = 30.0
"""Seconds within which a connection must have sent the headers of a request, its first or the next one."""


def http_runner(app: web.Application, shutdown_timeout: float = 60.0) -> web.AppRunner:
    """Return a runner that closes connections without a request, and writes no access log."""
    # aiohttp's timeout for kept connections runs from the start of each, until the headers of a request are complete.
    return web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout, keepalive_timeout=IDLE_TIMEOUT)


def probe_routes(probes: Probes) -> list[web.RouteDef]:
    """Return the routes of `/livez` and `/readyz`."""

    async def answer(request: web.Request) -> web.Response:
        found = probes.answer(request.path)
        return web.json_response(found.record(), status=found.status)

    return [web.get(path, answer) for path in PATHS]
