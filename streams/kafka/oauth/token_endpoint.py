"""Tokens of a token endpoint for a client id and its secret (client credentials, RFC 6749 section 4.4)."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode

import structlog

from streams.kafka.oauth.token import TokenError, expiry, is_bearer

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

TIMEOUT: Final = 5.0
"""Seconds for one request."""

RENEWED_AFTER: Final = 0.8
"""Part of a token's life after which another is asked for."""

PAUSE: Final = 5.0
"""Seconds between two requests, while the endpoint gives none: Kafka's clients ask ten times a second."""

_ASSUMED_LIFE: Final = 300.0
"""Seconds for which a token is used that does not say how long it holds."""

_MOST_BYTES: Final = 1 << 20
_MOST_WORDS: Final = 200
_WRONG_CLIENT: Final = "check TOCSIN_KAFKA_OAUTH_CLIENT_ID and TOCSIN_KAFKA_OAUTH_CLIENT_SECRET"
_REMEDIES: Final = {
    "invalid_client": _WRONG_CLIENT,
    "unauthorized_client": "allow this client the grant `client_credentials` at the provider",
    "unsupported_grant_type": "allow this client the grant `client_credentials` at the provider",
    "invalid_scope": "check TOCSIN_KAFKA_OAUTH_SCOPE",
    "invalid_target": "check TOCSIN_KAFKA_OAUTH_AUDIENCE",
}
"""What to do, by the error code of RFC 6749 section 5.2."""


@dataclass(frozen=True)
class TokenRequest:
    """What a token is asked for with. The secret is in no `repr`."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    audience: str = ""
    ca_file: str | None = None

    def fetch(self) -> tuple[str, float]:
        """Return a token and the seconds for which it holds; NaN where the endpoint does not say.

        Raises:
            TokenError: the endpoint gives none; it says why and what to do.
        """
        try:
            with self._opener().open(self._request(), timeout=TIMEOUT) as answer:
                given = json.loads(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            raise TokenError(f"{self.url}: {_refusal(error)}") from error
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or error
            raise TokenError(f"{self.url}: {_printable(str(why))}: is TOCSIN_KAFKA_OAUTH_URL right?") from error
        token = given.get("access_token") if isinstance(given, dict) else None
        if not isinstance(token, str) or not is_bearer(token):
            raise TokenError(f"{self.url}: the answer holds no access_token: is TOCSIN_KAFKA_OAUTH_URL right?")
        return token, _seconds(given.get("expires_in"))

    def _opener(self) -> urllib.request.OpenerDirector:
        if not self.url.startswith("https:"):
            return urllib.request.build_opener(_NoRedirect)
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (ssl.SSLError, OSError) as error:
            raise TokenError(f"TOCSIN_KAFKA_OAUTH_CA_FILE = {self.ca_file}: holds no certificate") from error
        return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect)

    def _request(self) -> urllib.request.Request:
        asked = {"grant_type": "client_credentials", "scope": self.scope, "audience": self.audience}
        body = urlencode({name: value for name, value in asked.items() if value}).encode()
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"  # RFC 6749 section 2.3.1
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        return urllib.request.Request(self.url, body, headers)  # noqa: S310  the settings take https or this machine


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The secret goes to the address that was configured, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the answer is an error with its status."""


class TokenEndpoint:
    """Tokens of one endpoint: each is used by all connections of the process until 80 % of its life is over.

    While the endpoint gives no other, the last one is used as long as it holds.
    """

    def __init__(self, request: TokenRequest, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251  tokens end by the clock of the wall
        self._request = request
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._ends_at = 0.0
        self._renew_at = 0.0
        self._failure: TokenError | None = None

    def current(self) -> str:
        """Return a token that holds. Blocks while one is fetched; called from any thread.

        Raises:
            TokenError: there is none.
        """
        with self._lock:
            now = self._clock()
            if now >= self._renew_at:
                self._renew(now)
            if self._failure is not None and now >= self._ends_at:
                raise self._failure
            return self._token

    def _renew(self, now: float) -> None:
        try:
            token, seconds = self._request.fetch()
        except TokenError as error:
            if self._token:
                log.warning("no new token", system="kafka", error=str(error), holds_for_s=max(0.0, self._ends_at - now))
            self._failure, self._renew_at = error, now + PAUSE
            return
        life = _life(token, seconds, now)
        self._token, self._failure = token, None
        self._ends_at, self._renew_at = now + life, now + life * RENEWED_AFTER


def _life(token: str, seconds: float, now: float) -> float:
    if seconds > 0:
        return seconds
    ends_at = expiry(token)
    return _ASSUMED_LIFE if ends_at is None else max(ends_at - now, PAUSE)


def _seconds(value: Any) -> float:
    """Return `expires_in`, which some providers write as text; NaN where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(error.read(_MOST_BYTES))
    except (OSError, ValueError):
        said = None
    said = said if isinstance(said, dict) else {}
    code = str(said.get("error", ""))
    words = _printable(": ".join(str(said[name]) for name in ("error", "error_description") if said.get(name)))
    denied = error.code in {401, 403}
    remedy = _REMEDIES.get(code, _WRONG_CLIENT if denied else "is TOCSIN_KAFKA_OAUTH_URL right?")
    return f"status {error.code}{f' ({words})' if words else ''}: {remedy}"


def _printable(text: str) -> str:
    return "".join(letter for letter in text[:_MOST_WORDS] if letter.isprintable())
