"""Web server: the pages behind the middleware, on one port."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from streams.monitoring.probes import Probes
from tocsin.http_runner import http_runner, probe_routes
from tocsin.web.http.auth import Authenticator
from tocsin.web.http.middleware import LOGINS, middlewares, routes
from tocsin.web.pages.community import CommunityPages
from tocsin.web.pages.guard import guard
from tocsin.web.pages.incidents import IncidentPages
from tocsin.web.pages.moderation import ModerationPages
from tocsin.web.pages.reports import ReportPages
from tocsin.web.pages.silences import SilencePages
from tocsin.web.pages.thresholds import ThresholdEditor
from tocsin.web.pages.tuning import TuningPages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from config.settings import Settings
    from replay.tuning.labels import Label
    from streams.community.views import CommunityPort
    from streams.moderation.queue_view import ModerationQueue
    from tocsin.web.sources.data_source import DataSource

log = structlog.get_logger(__name__)

MAX_FORM_BYTES: Final = 200_000
"""Bytes of a form that are read."""


def build_application(
    source: DataSource,
    settings: Settings,
    config: Path | None = None,
    labels: Sequence[Label] = (),
    clock: Callable[[], float] = time.time,  # noqa: TID251  the edge
    probes: Probes | None = None,
    moderation: ModerationQueue | None = None,
    community: CommunityPort | None = None,
) -> web.Application:
    """Return the server of a data source; `config` is the file that the editor writes, `labels` are known incidents."""
    access = Authenticator(settings, clock)
    layers: Any = middlewares(access)
    app = web.Application(middlewares=[*layers, guard(source)], client_max_size=MAX_FORM_BYTES)
    app[LOGINS] = tuple(
        name for name, there in (("oidc", access.has_oidc_login), ("token", access.has_token_login)) if there
    )
    parts = (
        IncidentPages(source, settings.slack_url),
        SilencePages(source),
        ThresholdEditor(source, config),
        ReportPages(source),
        TuningPages(source, config, labels),
        ModerationPages(source, moderation),
        CommunityPages(source, community),
    )
    app.add_routes(probe_routes(probes or Probes()))
    app.add_routes(_session_routes(access, settings, clock, source))
    app.add_routes(route for part in parts for route in part.routes())
    return app


def _session_routes(
    access: Authenticator, settings: Settings, clock: Callable[[], float], source: DataSource
) -> list[web.AbstractRouteDef]:
    """Return the routes of login and logout, with those to the identity provider and back where there is one."""
    if not settings.oidc_issuer:
        return routes(access)
    from tocsin.web.http.oidc import OidcProvider  # noqa: PLC0415  cryptography is slow to load
    from tocsin.web.http.sign_in import sign_in_routes  # noqa: PLC0415
    from tocsin.web.http.sign_out import sign_out_of  # noqa: PLC0415

    def named() -> set[str]:
        return {name for one in source.brands().values() for name in one.brand.access.members()}

    provider = OidcProvider(settings, clock)
    logins = sign_in_routes(access, provider, settings.oidc_groups_claim, named)
    return [*routes(access, sign_out_of(provider)), *logins]


async def serve(app: web.Application, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until cancelled; `ready` is called with the port.

    Raises:
        OSError: the address is in use.
    """
    runner = http_runner(app, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        ready(int(runner.addresses[0][1]))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
