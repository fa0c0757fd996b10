"""One token: whether it can be sent at all, and until when it holds, as it says itself."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Final

from streams.kafka.errors import BrokerError

_BEARER: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""Bearer tokens, RFC 6750 section 2.1: nothing else may stand in the first message of the login."""

_JWT_PARTS: Final = 3


class TokenError(BrokerError):
    """There is no token to log in to Kafka with; the message names the cause and the variable to look at."""

    def __init__(self, why: str) -> None:
        Exception.__init__(self, f"no token to log in to Kafka with: {why}")


def is_bearer(text: str) -> bool:
    """Return whether a text can be sent as a bearer token."""
    return _BEARER.fullmatch(text) is not None


def expiry(token: str) -> float | None:
    """Return the instant (s) at which a JSON Web Token expires; None where it is none, or does not say.

    The signature is the broker's business.

    >>> expiry("e30.eyJleHAiOiAxMjN9.x")
    123.0
    >>> expiry("opaque") is None
    True
    """
    parts = token.split(".")
    if len(parts) != _JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    found = claims.get("exp") if isinstance(claims, dict) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
