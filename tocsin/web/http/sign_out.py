"""Logout at the identity provider (OpenID Connect RP-Initiated Logout): where a browser goes after the session here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from tocsin.web.http.auth import OIDC_SESSION_SECONDS
from tocsin.web.http.oidc import SignInError
from tocsin.web.templating import render_page
from tocsin.web.text import translate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from detectors.model.signal_text import Language
    from tocsin.web.http.oidc import OidcProvider

    SignOut = Callable[[web.Request, Language], Awaitable[web.Response | None]]

log = structlog.get_logger(__name__)

HINT_COOKIE: Final = "tocsin_id_token"
"""Cookie that holds the ID token, sent to `/logout` alone: the provider asks nobody to confirm a logout that has it."""

PATH: Final = "/logout"
MAX_HINT: Final = 3_800
"""Bytes of an ID token that is kept: browsers refuse a cookie of more than 4 kB."""


def keep_hint(response: web.Response, id_token: str, *, secure: bool) -> None:
    """Keep the ID token for the logout; one that is too long for a cookie is left out."""
    if len(id_token) <= MAX_HINT:
        response.set_cookie(
            HINT_COOKIE,
            id_token,
            max_age=OIDC_SESSION_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=secure,
            path=PATH,
        )


def sign_out_of(provider: OidcProvider) -> SignOut:
    """Return what ends the session of a browser at the provider."""

    async def sign_out(request: web.Request, language: Language) -> web.Response | None:
        """Return the page that leads to the provider's logout; None where it has none, or does not answer."""
        try:
            url = await provider.logout_url(request.cookies.get(HINT_COOKIE, ""))
        except SignInError as error:
            log.warning("logged out here only", reason=str(error))
            return None
        if not url:
            return None
        # A page, not a redirect: the policy of the pages lets no form lead to another site.
        response = render_page("redirect.html.j2", language, None, title=translate(language, "logging_out"), there=url)
        response.del_cookie(HINT_COOKIE, path=PATH)
        return response

    return sign_out
