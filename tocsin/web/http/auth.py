"""Authentication: by token and signed cookie, by a header of a trusted proxy, or as a local user."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import defaultdict, deque
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from alerts.rendering.escaping import clean, clip, is_slack_id
from tocsin.web.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from config.settings import Settings
    from tocsin.web.session import Method

COOKIE: Final = "tocsin_session"
SESSION_SECONDS: Final = 12 * 3600
"""Seconds after which one has to log in again."""

OIDC_SESSION_SECONDS: Final = 4 * 3600
"""Seconds after which the identity provider is asked again, so that a person who has left is out."""

MAX_FAILURES: Final = 5
FAILURE_WINDOW: Final = 900.0
"""So many wrong tokens from one address in so many seconds, and it has to wait."""

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
NAME_CHARS: Final = 40


class Authenticator:
    """Authenticates requests. One per process; with a token, a session outlives a restart."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        token, secret = settings.web_token.get_secret_value(), settings.oidc_client_secret.get_secret_value()
        known = f"{token} {secret}".strip().encode()
        key = hashlib.sha256(b"tocsin web " + known).digest() if known else secrets.token_bytes(32)
        self._signer = _signer(key, clock, "session")
        self._flow_signer = _signer(key, clock, "sign-in")
        self._oidc = bool(settings.oidc_issuer)
        self._key = key
        self._token = token
        self._header = settings.web_user_header
        self._proxies = tuple(map(ip_network, settings.web_proxies))
        self._clock = clock
        self._attempts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._revoked: dict[bytes, float] = {}  # hash of a cookie → when it would have expired

    @property
    def login_required(self) -> bool:
        """Return whether users have to authenticate."""
        return bool(self._token or self._header or self._oidc)

    @property
    def has_token_login(self) -> bool:
        """Return whether users can log in with a token."""
        return bool(self._token)

    @property
    def has_oidc_login(self) -> bool:
        """Return whether users can log in through an identity provider."""
        return self._oidc

    def session(self, peer: str, headers: Mapping[str, str], cookie: str) -> Session | None:
        """Return the session of a request; None for one that has to log in."""
        if self._header and self.is_trusted_proxy(peer) and (name := normalise_name(headers.get(self._header, ""))):
            return Session(name, "proxy", self._csrf(f"proxy {name}"))
        if not self.login_required:
            return Session("local", "local", self._csrf("here"))
        held = self._read_cookie(cookie)
        if held is None:
            return None
        who, groups = held
        method: Method = "token" if groups is None else "oidc"
        return Session(who, method, self._csrf(cookie), frozenset(groups or ()))

    def log_in(self, address: str, token: str, name: str) -> str | None:
        """Return the session cookie for the right token; None for a wrong one."""
        given, wanted = token.strip().encode(), self._token.encode()
        if self._token and hmac.compare_digest(given, wanted):
            self._attempts.pop(address, None)
            return str(self._signer.dumps([chosen_name(name), secrets.token_hex(8)]))
        return None

    def log_in_as(self, name: str, groups: Sequence[str]) -> str:
        """Return the session cookie of somebody for whom the identity provider has vouched."""
        return str(self._signer.dumps([chosen_name(name), secrets.token_hex(8), list(groups)]))

    def sign_flow(self, values: Sequence[str]) -> str:
        """Return a cookie that only this browser holds on its way to the identity provider."""
        return str(self._flow_signer.dumps(list(values)))

    def read_flow(self, cookie: str, seconds: int) -> list[str] | None:
        """Return what `sign_flow` signed, at most so many seconds ago."""
        try:
            values = self._flow_signer.loads(cookie, max_age=seconds)
        except (BadData, ValueError, TypeError):
            return None
        return [str(one) for one in values]

    def log_out(self, cookie: str) -> None:
        """Revoke a session: its cookie is worth nothing from here on, and so is a copy of it."""
        now = self._clock()
        self._revoked = {known: until for known, until in self._revoked.items() if until > now}
        if self._read_cookie(cookie) is not None:
            self._revoked[_fingerprint(cookie)] = now + SESSION_SECONDS

    def begin_attempt(self, address: str) -> int:
        """Count an attempt to log in; return how many seconds the address has to wait instead, 0 where it may try.

        A right token forgives the attempts of its address. Those that are under way count, so that many at once are no
        way around the limit.
        """
        now = self._clock()
        for known in [one for one, tries in self._attempts.items() if now - tries[-1] > FAILURE_WINDOW]:
            del self._attempts[known]
        tries = self._attempts[address]
        if len(tries) < MAX_FAILURES or now - tries[-MAX_FAILURES] > FAILURE_WINDOW:
            tries.append(now)
            return 0
        return max(0, round(tries[-MAX_FAILURES] + FAILURE_WINDOW - now) + 1)

    def is_trusted_proxy(self, peer: str) -> bool:
        """Return whether the address is a trusted proxy."""
        try:
            return any(ip_address(peer) in network for network in self._proxies)
        except ValueError:
            return False

    def client_address(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the client's address: as a trusted proxy reports it, else the peer's."""
        said = headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return said if said and self.is_trusted_proxy(peer) else peer

    def _read_cookie(self, cookie: str) -> tuple[str, list[str] | None] | None:
        """Return who a cookie is of, and their groups if the identity provider has vouched for them."""
        try:
            (who, _, *rest), signed_at = self._signer.loads(cookie, max_age=SESSION_SECONDS, return_timestamp=True)
        except (BadData, ValueError, TypeError):
            return None
        if _fingerprint(cookie) in self._revoked:
            return None
        if rest and self._clock() - signed_at.timestamp() > OIDC_SESSION_SECONDS:
            return None
        return str(who), [str(one) for one in rest[0]] if rest else None

    def _csrf(self, about: str) -> str:
        return hmac.new(self._key, f"csrf {about}".encode(), hashlib.sha256).hexdigest()


def _fingerprint(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def verify_csrf(session: Session, given: str) -> bool:
    """Return whether a form carries the session's CSRF token."""
    return hmac.compare_digest(session.csrf.encode(), given.encode())


def bind_error(settings: Settings, host: str) -> str:
    """Return why the server may not bind to an address, or "": other machines have to log in."""
    if host in LOOPBACK or settings.web_token.get_secret_value() or settings.web_user_header or settings.oidc_issuer:
        return ""
    return (
        f"--host {host} can be reached from other machines, and nobody would have to log in: set TOCSIN_WEB_TOKEN, "
        "TOCSIN_OIDC_ISSUER, or TOCSIN_WEB_USER_HEADER with TOCSIN_WEB_PROXIES behind a reverse proxy (docs/web.md)"
    )


def normalise_name(name: str) -> str:
    """Return a user's name, cleaned and clipped."""
    return clip(clean(name), NAME_CHARS)


def chosen_name(name: str) -> str:
    """Return the name that a person with the token chose; one that looks like a Slack id is marked: it is nobody's.

    >>> chosen_name("Ana"), chosen_name("U024BE7LH"), chosen_name("")
    ('Ana', 'U024BE7LH (web)', 'web')
    """
    shown = normalise_name(name) or "web"
    return f"{shown} (web)" if is_slack_id(shown) else shown


def _signer(key: bytes, clock: Callable[[], float], salt: str) -> URLSafeTimedSerializer:
    class Clocked(TimestampSigner):
        """Signer with the injected clock."""

        def get_timestamp(self) -> int:
            return int(clock())

    return URLSafeTimedSerializer(key, salt=salt, signer=Clocked)
