"""Login through an identity provider: the way there, the way back, and the session that comes of it."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from tocsin.web.http.auth import COOKIE, OIDC_SESSION_SECONDS
from tocsin.web.http.local_path import local_path
from tocsin.web.http.middleware import is_https, login_page, request_language
from tocsin.web.http.oidc import OidcProvider, SignInError
from tocsin.web.http.sign_out import keep_hint
from tocsin.web.templating import render_page
from tocsin.web.text import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tocsin.web.http.auth import Authenticator

log = structlog.get_logger(__name__)

FLOW_COOKIE: Final = "tocsin_sign_in"
FLOW_SECONDS: Final = 600
"""Seconds within which somebody has to come back from the provider."""

BAD_GATEWAY: Final = 502
MAX_GROUPS: Final = 50
_PATH: Final = "/login/oidc"


def sign_in_routes(
    access: Authenticator, provider: OidcProvider, claim: str, named: Callable[[], Collection[str]]
) -> list[web.AbstractRouteDef]:
    """Return the routes to the provider and back.

    Args:
        access: makes the sessions.
        provider: vouches for people.
        claim: the claim that lists groups.
        named: returns the groups that some brand names; a session keeps no other.
    """

    async def leave(request: web.Request) -> web.Response:
        there = local_path(request.query.get("next", "/"))
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            url = await provider.authorization_url(state, nonce, verifier)
        except SignInError as error:
            return _refused(request, str(error), "sign_in_unavailable", BAD_GATEWAY)
        response = web.Response(status=303, headers={"Location": url})
        response.set_cookie(
            FLOW_COOKIE,
            access.sign_flow([state, nonce, verifier, there]),
            max_age=FLOW_SECONDS,
            httponly=True,
            samesite="Lax",  # the provider leads back here from another site
            secure=is_https(request, access),
            path=_PATH,
        )
        return response

    async def come_back(request: web.Request) -> web.Response:
        try:
            there, claims, id_token = await _claims(request, access, provider)
        except SignInError as error:
            return _refused(request, str(error), "sign_in_refused", 403)
        name, groups = display_name(claims), identities(claims, claim) & frozenset(named())
        cookie = access.log_in_as(name, sorted(groups)[:MAX_GROUPS])
        log.info("signed in", user=name, subject=str(claims["sub"]), groups=len(groups))
        language = request_language(request)
        # Loaded again from here: a browser sends no strict cookie on a redirect that another site began.
        response = render_page("redirect.html.j2", language, None, title=translate(language, "opening"), there=there)
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=OIDC_SESSION_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=is_https(request, access),
            path="/",
        )
        keep_hint(response, id_token, secure=is_https(request, access))
        response.del_cookie(FLOW_COOKIE, path=_PATH)
        return response

    return [web.get(_PATH, leave), web.get(f"{_PATH}/callback", come_back)]


async def _claims(
    request: web.Request, access: Authenticator, provider: OidcProvider
) -> tuple[str, Mapping[str, Any], str]:
    """Return where somebody wanted to go, who they are, and the ID token that says so.

    Raises:
        SignInError: this browser did not ask for this login, or the provider does not vouch for it.
    """
    flow = access.read_flow(request.cookies.get(FLOW_COOKIE, ""), FLOW_SECONDS)
    if flow is None:
        raise SignInError("this browser has not begun a login, or too long ago")
    state, nonce, verifier, there = flow
    if not hmac.compare_digest(state.encode(), request.query.get("state", "").encode()):
        raise SignInError("the state is of another login")
    if request.query.get("iss", provider.issuer) != provider.issuer:
        raise SignInError("the answer is of another issuer")
    if "code" not in request.query:
        raise SignInError(f"the provider answers {request.query.get('error', '')[:60]!r}")
    return local_path(there), *await provider.claims(request.query["code"], verifier, nonce)


def identities(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Return the groups of a person, and their e-mail address where the provider has verified it.

    >>> sorted(identities({"groups": ["a"], "email": "ana@example.com", "email_verified": True}, "groups"))
    ['a', 'ana@example.com']
    >>> identities({"realm_access": {"roles": ["a"]}, "email": "eve@example.com"}, "realm_access.roles")
    frozenset({'a'})
    """
    found: Any = claims.get(claim)
    if found is None:  # a path, unless it is a name with dots
        found = claims
        for step in claim.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    kept = {one for one in groups if isinstance(one, str) and "@" not in one}
    email = claims.get("email")
    if isinstance(email, str) and claims.get("email_verified") is True:
        kept.add(email)
    return frozenset(kept)


def display_name(claims: Mapping[str, Any]) -> str:
    """Return what a person is called in the audit.

    >>> display_name({"name": "Ana Lima", "sub": "1"}), display_name({"name": "", "email": "a@b.c", "sub": "1"})
    ('Ana Lima', 'a@b.c')
    """
    said = (claims.get(key) for key in ("name", "preferred_username", "email", "sub"))
    return next((one for one in said if isinstance(one, str) and one.strip()), "")


def _refused(request: web.Request, reason: str, text: str, status: int) -> web.Response:
    log.warning("login refused", reason=reason)
    return login_page(request, translate(request_language(request), text), status)
