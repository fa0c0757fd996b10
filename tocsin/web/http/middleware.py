"""How does each request come in? Through login, the check of its form, and out with the headers that protect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import structlog
from aiohttp import web

from tocsin.web.http.auth import COOKIE, LASTS, LOOPBACK, Access, Session, genuine
from tocsin.web.templating import asset, page, protect
from tocsin.web.text import say, tongue

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from detectors.model.text import Language

log = structlog.get_logger(__name__)

SESSION: Final = web.RequestKey("session", Session)
FREE: Final = ("/login", "/assets/", "/healthz")
"""What is to be had without a login."""

TOO_MANY: Final = 429


def language_of(request: web.Request) -> Language:
    """Return the language of whoever asks."""
    return tongue(request.headers.get("Accept-Language", ""))


def middlewares(access: Access) -> list[object]:
    """Return what every request goes through, the outermost first."""

    @web.middleware
    async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not access.guarded and _name(request.host) not in LOOPBACK:
            raise web.HTTPForbidden
        session = access.session(request.remote or "", request.headers, request.cookies.get(COOKIE, ""))
        if session is None and not request.path.startswith(FREE):
            return _stranger(request, access)
        if session is not None:
            request[SESSION] = session
            await _check(request, session)
        return await handler(request)

    return [_protected, admitted]


@web.middleware
async def _protected(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = error if error.status < 400 else _told(request, error.status, error.text)  # noqa: PLR2004
    except ConnectionError:
        raise
    except Exception:
        log.exception("a page could not be made", path=request.path)
        response = _told(request, 500, None)
    if not response.prepared:
        protect(response)
    return response


async def _check(request: web.Request, session: Session) -> None:
    """Let a form through that comes from one of our pages."""
    if request.method not in ("GET", "HEAD") and request.path != "/login":
        form = await request.post()
        if not genuine(session, str(form.get("csrf", ""))):
            raise web.HTTPForbidden(text=say(language_of(request), "expired"))


def routes(access: Access) -> list[web.AbstractRouteDef]:
    """Return what serves login, logout and what pages fetch."""

    async def form(request: web.Request) -> web.Response:
        return _form(request)

    async def log_in(request: web.Request) -> web.Response:
        address = access.address(request.remote or "", request.headers)
        if seconds := access.wait(address):
            refused = _form(request, say(language_of(request), "wait", seconds=seconds), TOO_MANY)
            refused.headers["Retry-After"] = str(seconds)
            return refused
        given = await request.post()
        cookie = access.admit(address, str(given.get("token", "")), str(given.get("name", "")))
        if cookie is None:
            log.warning("a login was refused", address=address)
            return _form(request, say(language_of(request), "wrong_token"), 401)
        response = web.Response(status=303, headers={"Location": _local(str(given.get("next", "/")))})
        response.set_cookie(
            COOKIE, cookie, max_age=LASTS, httponly=True, samesite="Strict", secure=_secure(request, access), path="/"
        )
        return response

    async def log_out(request: web.Request) -> web.Response:
        del request
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE, path="/")
        return response

    async def fetched(request: web.Request) -> web.Response:
        return asset(request.match_info["name"])

    async def healthy(request: web.Request) -> web.Response:
        del request
        return web.Response(text="ok\n")

    return [
        web.get("/login", form),
        web.post("/login", log_in),
        web.post("/logout", log_out),
        web.get("/assets/{name}", fetched),
        web.get("/healthz", healthy),
    ]


def _stranger(request: web.Request, access: Access) -> web.Response:
    """Send somebody who is not in to the login; a link from elsewhere comes without the cookie the first time."""
    language = language_of(request)
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return page("opening.html.j2", language, None, title=say(language, "opening"), there=str(request.rel_url))
    if request.method != "GET" or not access.by_token:
        raise web.HTTPForbidden(text=say(language, "expired" if access.by_token else "forbidden"))
    there = f"/login?{urlencode({'next': str(request.rel_url)})}"
    return web.Response(status=303, headers={"Location": there})


def _form(request: web.Request, error: str = "", status: int = 200) -> web.Response:
    language = language_of(request)
    there = _local(request.query.get("next", "/"))
    return page("login.html.j2", language, None, status, title=say(language, "log_in"), error=error, there=there)


def _told(request: web.Request, status: int, text: str | None) -> web.Response:
    language = language_of(request)
    known = {404: "not_found", 403: "forbidden"}.get(status, "failed" if status >= 500 else "forbidden")  # noqa: PLR2004
    own = text if text and not text.startswith(f"{status}:") else say(language, known)
    return page("message.html.j2", language, request.get(SESSION), status, title=own)


def _local(there: str) -> str:
    """Return where to go after the login: a page of ours, whatever was asked for."""
    return there if there.startswith("/") and not there.startswith(("//", "/\\")) and there.isprintable() else "/"


def _secure(request: web.Request, access: Access) -> bool:
    said = request.headers.get("X-Forwarded-Proto", "") if access.trusts(request.remote or "") else ""
    return request.secure or said == "https"


def _name(host: str) -> str:
    return host.rpartition(":")[0].strip("[]") if host.rpartition(":")[2].isdigit() else host.strip("[]")
