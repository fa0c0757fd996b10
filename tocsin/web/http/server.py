"""What does the server consist of, and where does it listen?"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from tocsin.web.editor.thresholds import Thresholds
from tocsin.web.http.auth import Access
from tocsin.web.http.middleware import middlewares, routes
from tocsin.web.pages.incidents import Pages
from tocsin.web.pages.reports import Reports
from tocsin.web.pages.tuning import Studies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from config.settings import Settings
    from replay.tuning.labels import Label
    from tocsin.web.sources.base import World

log = structlog.get_logger(__name__)

LARGEST: Final = 200_000
"""Bytes of a form that are read."""


def application(
    world: World,
    settings: Settings,
    config: Path | None = None,
    labels: Sequence[Label] = (),
    clock: Callable[[], float] = time.time,  # noqa: TID251  the edge
) -> web.Application:
    """Return the server of a world; `config` is the file that the editor writes, `labels` what incidents were."""
    access = Access(settings, clock)
    layers: Any = middlewares(access)
    app = web.Application(middlewares=layers, client_max_size=LARGEST)
    parts = (
        Pages(world, settings.slack_url),
        Thresholds(world, config),
        Reports(world),
        Studies(world, config, labels),
    )
    app.add_routes([*routes(access), *(route for part in parts for route in part.routes())])
    return app


async def listen(app: web.Application, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until cancelled; `ready` is told the port.

    Raises:
        OSError: the address cannot be had.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        ready(int(runner.addresses[0][1]))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
