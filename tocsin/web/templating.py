"""Rendering of pages: templates with all text escaped, and headers that let no other script run."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.rendering.escaping import clean
from tocsin.web.text import translate

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from tocsin.web.session import Session

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
REPORT_SECURITY_POLICY: Final = (
    "sandbox allow-scripts allow-modals; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; frame-ancestors 'none'"
)
"""A report's scripts are in it. It runs as nobody: it sees no cookie and none of our pages."""

HEADERS: Final = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
ASSETS: Final = {"style.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


def render_page(
    template: str, language: Language, session: Session | None, status: int = 200, **values: Any
) -> web.Response:
    """Return a page: a template with its values."""
    text = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            translate=lambda key, **words: translate(language, key, **words),
            session=session,
            **values,
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def asset_response(name: str) -> web.Response:
    """Return a static file."""
    if name not in ASSETS:
        raise web.HTTPNotFound
    response = web.Response(body=_read_asset(name), content_type=ASSETS[name], charset="utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def set_security_headers(response: web.StreamResponse) -> None:
    """Set the security headers of a response; those it has set already stay."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Cache-Control", "no-store")


@cache
def _read_asset(name: str) -> bytes:
    return (resources.files("tocsin.web") / "static" / name).read_bytes()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tocsin.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["segment"] = lambda name: quote(name, safe="")  # one part of a path, slashes and all
    made.filters["clean"] = clean
    return made
