"""OpenID Connect client: authorization code with PKCE, and ID tokens as Authlib validates them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from config.settings import Settings

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures of ID tokens that are accepted: of a key pair, never of a shared secret, never none."""

METADATA_SECONDS: Final = timedelta(hours=1).total_seconds()
LEEWAY_SECONDS: Final = 60
"""Seconds by which the clocks may differ."""

MAX_BYTES: Final = 1_000_000
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class SignInError(Exception):
    """The provider did not vouch for anybody; the message is for the log."""


class OidcProvider:
    """One identity provider, found by its discovery document."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.issuer = settings.oidc_issuer
        self.redirect_uri = f"{settings.web_url.rstrip('/')}/login/oidc/callback"
        self.logged_out_uri = f"{settings.web_url.rstrip('/')}/login"
        self._client = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._scopes = settings.oidc_scopes
        self._clock = clock
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = float("-inf")

    async def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser is sent to log in.

        Raises:
            SignInError: the provider does not answer, or is another one.
        """
        metadata = await self._discover()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self.redirect_uri,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def logout_url(self, id_token: str) -> str:
        """Return where a browser is sent to log out of the provider, and from there back here; "" where it cannot.

        Raises:
            SignInError: the provider does not answer.
        """
        endpoint = str((await self._discover()).get("end_session_endpoint") or "")
        if urlsplit(endpoint).scheme not in ("https", urlsplit(self.issuer).scheme):
            return ""
        asked = {"client_id": self._client, "post_logout_redirect_uri": self.logged_out_uri}
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def claims(self, code: str, verifier: str, nonce: str) -> tuple[dict[str, Any], str]:
        """Return the validated claims of the ID token that a code is worth, and the token.

        Raises:
            SignInError: it is worth none, or one that is not for us, not from the provider, not of this login, or old.
        """
        metadata = await self._discover()
        tokens = await self._exchange(metadata, code, verifier)
        known = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(algorithms=[one for one in known if one in ALGORITHMS], strict_check_header=False)
        try:
            token = await self._decode(str(tokens.get("id_token", "")), registry)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "values": [self.issuer]},
                    "aud": {"essential": True, "value": self._client},
                },
                {"nonce": nonce, "client_id": self._client, "access_token": tokens.get("access_token")},
            )
            claims.validate(now=int(self._clock()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInError(f"ID token: {error}") from error
        return dict(claims), str(tokens["id_token"])

    async def _decode(self, raw: str, registry: JWSRegistry) -> jwt.Token:
        try:
            return jwt.decode(raw, key=await self._key_set(), registry=registry)
        except InvalidKeyIdError:  # the provider may have rotated its keys
            self._keys = None
            return jwt.decode(raw, key=await self._key_set(), registry=registry)

    async def _key_set(self) -> KeySet:
        if self._keys is None:
            found = await self._request("GET", str(self._metadata["jwks_uri"]))
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
        return self._keys

    async def _discover(self) -> dict[str, Any]:
        if self._clock() - self._read_at > METADATA_SECONDS:
            found = await self._request("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise SignInError(f"discovery: the issuer is {found.get('issuer')!r}, not {self.issuer!r}")
            scheme = urlsplit(self.issuer).scheme
            for name in _ENDPOINTS:
                if urlsplit(str(found.get(name, ""))).scheme not in ("https", scheme):
                    raise SignInError(f"discovery: {name} is no https address")
            self._metadata, self._keys, self._read_at = found, None, self._clock()
        return self._metadata

    async def _exchange(self, metadata: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        secret, headers = self._secret.get_secret_value(), {}
        if "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            headers["Authorization"] = aiohttp.encode_basic_auth(quote(self._client, safe=""), quote(secret, safe=""))
        else:
            form |= {"client_id": self._client, "client_secret": secret}
        return await self._request("POST", str(metadata["token_endpoint"]), data=form, headers=headers)

    async def _request(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as client,
                client.request(method, url, allow_redirects=False, **given) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004
                    raise SignInError(f"{urlsplit(url).path}: status {answer.status}")
                raw = bytearray()
                async for part in answer.content.iter_chunked(MAX_BYTES):
                    raw += part
                    if len(raw) > MAX_BYTES:
                        raise SignInError(f"{urlsplit(url).path}: the answer is too long")
                return msgspec.json.decode(raw, type=dict[str, Any])
        except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as error:
            raise SignInError(f"{urlsplit(url).netloc}: {type(error).__name__}") from error
