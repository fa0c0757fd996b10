"""Guard of the pages: what is not of a session's brands is not found, whatever page would show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tocsin.web.http.middleware import SESSION
from tocsin.web.sources.scoped import visible

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from tocsin.web.sources.data_source import DataSource


def guard(source: DataSource) -> Middleware:
    """Return the middleware that answers 404 for brands and incidents that a session may not see."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        session = request.get(SESSION)
        if session is not None and session.method == "oidc":
            seen = visible(source, session)
            name, incident = request.match_info.get("name"), request.match_info.get("id")
            if request.path.startswith("/brands/") and name not in seen.brands():
                raise web.HTTPNotFound
            if request.path.startswith("/incidents/") and incident not in seen.incidents():
                raise web.HTTPNotFound
        return await handler(request)

    return guarded
