"""Runner of the HTTP servers: web pages, mentions, Slack's requests."""

from __future__ import annotations

from typing import Final

from aiohttp import web

IDLE_TIMEOUT: Final = 30.0
"""Seconds within which a connection must have sent the headers of a request, its first or the next one."""


def http_runner(app: web.Application, shutdown_timeout: float = 60.0) -> web.AppRunner:
    """Return a runner that closes connections without a request, and writes no access log."""
    # aiohttp's timeout for kept connections runs from the start of each, until the headers of a request are complete.
    return web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout, keepalive_timeout=IDLE_TIMEOUT)
