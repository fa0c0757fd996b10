"""Middleware: login, CSRF check, error pages and security headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import structlog
from aiohttp import web

from streams.monitoring.probes import PATHS
from tocsin.web.http.auth import COOKIE, LOOPBACK, SESSION_SECONDS, Authenticator, verify_csrf
from tocsin.web.http.local_path import local_path
from tocsin.web.session import Session
from tocsin.web.templating import asset_response, render_page, set_security_headers
from tocsin.web.text import preferred_language, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.typedefs import Handler

    from detectors.model.signal_text import Language
    from tocsin.web.http.sign_out import SignOut

log = structlog.get_logger(__name__)

SESSION: Final = web.RequestKey("session", Session)
IS_LOGGED_IN: Final[web.RequestKey[Callable[[], bool]]] = web.RequestKey("is_logged_in")
"""Asks again whether the session of a request goes on: a stream outlives the moment in which it was admitted."""

LOGINS: Final = web.AppKey("logins", tuple)
"""The ways to log in that the login page offers: token, oidc."""

PUBLIC_PATHS: Final = ("/login", "/assets/", "/healthz", *PATHS)
"""What is served without a login."""

TOO_MANY_REQUESTS: Final = 429
KNOWN_ERRORS: Final = {404: "not_found", 403: "forbidden", 405: "wrong_method", 413: "too_large"}
"""Errors with a text of their own, by status."""


def request_language(request: web.Request) -> Language:
    """Return the language of the request."""
    return preferred_language(request.headers.get("Accept-Language", ""))


def middlewares(access: Authenticator) -> list[object]:
    """Return the middleware of every request, the outermost first."""

    @web.middleware
    async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not access.login_required and _hostname(request.host) not in LOOPBACK:
            raise web.HTTPForbidden

        def session_now() -> Session | None:
            return access.session(request.remote or "", request.headers, request.cookies.get(COOKIE, ""))

        session = session_now()
        if session is None and not request.path.startswith(PUBLIC_PATHS):
            return _ask_to_log_in(request, access)
        if session is not None:
            request[SESSION] = session
            request[IS_LOGGED_IN] = lambda: session_now() is not None
            await _check_csrf(request, session)
        return await handler(request)

    return [_handle_errors, admitted]


@web.middleware
async def _handle_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = error if error.status < 400 else _error_page(request, error.status, error.text)  # noqa: PLR2004
        if allowed := error.headers.get("Allow"):
            response.headers["Allow"] = allowed
    except ConnectionError:
        if request.transport is not None and not request.transport.is_closing():
            raise
        return web.Response()  # nobody is there any more: it goes nowhere
    except Exception:
        log.exception("page failed", path=request.path)
        response = _error_page(request, 500, None)
    if not response.prepared:
        set_security_headers(response)
    return response


async def _check_csrf(request: web.Request, session: Session) -> None:
    """Refuse a form without the session's CSRF token."""
    if request.method not in ("GET", "HEAD") and request.path != "/login":
        form = await request.post()
        if not verify_csrf(session, str(form.get("csrf", ""))):
            raise web.HTTPForbidden(text=translate(request_language(request), "expired"))


def routes(access: Authenticator, sign_out: SignOut | None = None) -> list[web.AbstractRouteDef]:
    """Return the routes of login, logout, assets and the health check; `sign_out` leads on to the provider's logout."""

    async def form(request: web.Request) -> web.Response:
        return login_page(request)

    async def log_in(request: web.Request) -> web.Response:
        address = access.client_address(request.remote or "", request.headers)
        if seconds := access.begin_attempt(address):  # before the body is read: a slow one is an attempt too
            refused = login_page(
                request, translate(request_language(request), "wait", seconds=seconds), TOO_MANY_REQUESTS
            )
            refused.headers["Retry-After"] = str(seconds)
            return refused
        given = await request.post()
        cookie = access.log_in(address, str(given.get("token", "")), str(given.get("name", "")))
        if cookie is None:
            log.warning("login refused", address=address)
            return login_page(request, translate(request_language(request), "wrong_token"), 401)
        response = web.Response(status=303, headers={"Location": local_path(str(given.get("next", "/")))})
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=is_https(request, access),
            path="/",
        )
        return response

    async def log_out(request: web.Request) -> web.Response:
        session = request.get(SESSION)
        access.log_out(request.cookies.get(COOKIE, ""))
        there = sign_out if session is not None and session.method == "oidc" else None
        response = await there(request, request_language(request)) if there else None
        response = response or web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE, path="/")
        return response

    async def fetched(request: web.Request) -> web.Response:
        return asset_response(request.match_info["name"])

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


def _ask_to_log_in(request: web.Request, access: Authenticator) -> web.Response:
    """Redirect to the login; a link from another site first comes without the cookie, and is loaded again."""
    language, asked = request_language(request), local_path(request.raw_path)
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return render_page("redirect.html.j2", language, None, title=translate(language, "opening"), there=asked)
    has_login = access.has_token_login or access.has_oidc_login
    if request.method != "GET" or not has_login:
        raise web.HTTPForbidden(text=translate(language, "expired" if has_login else "forbidden"))
    there = f"/login?{urlencode({'next': asked})}"
    return web.Response(status=303, headers={"Location": there})


def login_page(request: web.Request, error: str = "", status: int = 200) -> web.Response:
    """Return the page to log in on, with what went wrong."""
    language = request_language(request)
    there = local_path(request.query.get("next", "/"))
    return render_page(
        "login.html.j2",
        language,
        None,
        status,
        title=translate(language, "log_in"),
        error=error,
        there=there,
        logins=request.app[LOGINS],
    )


def _error_page(request: web.Request, status: int, text: str | None) -> web.Response:
    """Return the page of an error; for a program that asks for JSON, JSON."""
    language = request_language(request)
    known = KNOWN_ERRORS.get(status, "failed" if status >= 500 else "forbidden")  # noqa: PLR2004
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response({"error": translate("en", known)}, status=status)
    own = text if text and not text.startswith(f"{status}:") else translate(language, known)
    return render_page("error.html.j2", language, request.get(SESSION), status, title=own)


def is_https(request: web.Request, access: Authenticator) -> bool:
    """Return whether the browser came by TLS, to here or to a trusted proxy."""
    said = request.headers.get("X-Forwarded-Proto", "") if access.is_trusted_proxy(request.remote or "") else ""
    return request.secure or said == "https"


def _hostname(host: str) -> str:
    return host.rpartition(":")[0].strip("[]") if host.rpartition(":")[2].isdigit() else host.strip("[]")
