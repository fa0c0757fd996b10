"""A small OpenID Connect provider of our own, on this machine, that vouches for people in the tests."""

from __future__ import annotations

import base64
import hashlib
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlencode

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CLIENT: Final = "tocsin"
SECRET: Final = "a secret: of the client/%"
NOW: Final = 1_000
"""The instant at which tests log in (s)."""


@cache
def key(name: str = "first") -> RSAKey:
    """Return an RSA key; the same one for the same name."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class IdentityProvider:
    """A provider that logs one person in at once. What it says may be set, to lie."""

    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "17", "name": "Ana Lima", "groups": ["client-north", "everyone"]}
    )
    lies: dict[str, Any] = field(default_factory=dict)  # claims that replace the true ones; None: left out
    signed_with: RSAKey = field(default_factory=key)
    published: list[RSAKey] = field(default_factory=lambda: [key()])
    algorithm: str = "RS256"
    issuer: str = ""
    discovered: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    exchanged: int = 0

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [
            web.get("/.well-known/openid-configuration", self.discover),
            web.get("/authorize", self.authorize),
            web.post("/token", self.token),
            web.get("/keys", self.keys),
        ]

    async def discover(self, request: web.Request) -> web.Response:
        """Say where everything is."""
        del request
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return web.json_response(document | self.discovered)

    async def authorize(self, request: web.Request) -> web.Response:
        """Log the person in, and send the browser back with a code."""
        asked = dict(request.query)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return web.Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{back}"})

    async def token(self, request: web.Request) -> web.Response:
        """Give the tokens for a code, once, to the client that asked, with its secret and its verifier."""
        form = await request.post()
        asked = self.codes.pop(str(form["code"]), None)
        name, _, secret = (
            base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        )
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = (unquote(name), unquote(secret)) == (CLIENT, SECRET)
        if asked is None or not known or asked["code_challenge"] != challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
        assert form["redirect_uri"] == asked["redirect_uri"]
        self.exchanged += 1
        return web.json_response(
            {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}
        )

    async def keys(self, request: web.Request) -> web.Response:
        """Publish the keys."""
        del request
        return web.json_response({"keys": [one.as_dict(private=False) for one in self.published]})

    def id_token(self, nonce: str) -> str:
        """Return the signed claims."""
        own = {"iss": self.issuer, "aud": CLIENT, "iat": NOW, "exp": NOW + 300, "nonce": nonce}
        claims = {name: value for name, value in (self.person | own | self.lies).items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.signed_with.kid}
        if self.algorithm == "none":
            parts = (
                base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode() for part in (header, claims)
            )
            return ".".join([*parts, ""])
        return jwt.encode(header, claims, self.signed_with)

    def settings(self) -> dict[str, str]:
        """Return the settings of a web server that trusts it."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "web_url": "https://tocsin.example.com",
        }


@asynccontextmanager
async def identity_provider() -> AsyncIterator[IdentityProvider]:
    """Yield a provider that answers on this machine."""
    provider = IdentityProvider()
    app = web.Application()
    app.add_routes(provider.routes())
    async with TestServer(app) as server:
        provider.issuer = str(server.make_url("/")).rstrip("/")
        yield provider
