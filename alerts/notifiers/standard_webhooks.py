"""Signatures of webhooks, for what we send and for what is sent to us: after Standard Webhooks, and as others sign.

Reference: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

_PREFIX: Final = "whsec_"


def signing_key(secret: str) -> bytes:
    """Return the key of a secret that both sides share: `whsec_` and base64, or any text."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return secret.encode()


def signature(key: bytes, name: bytes, moment: bytes, body: bytes) -> str:
    """Return the signature of a message: the HMAC-SHA256 of `webhook-id.webhook-timestamp.body`."""
    digest = hmac.new(key, b".".join((name, moment, body)), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def hex_signature(key: bytes, body: bytes) -> str:
    """Return what Meta, Discourse, Coral and Miniflux sign with: the HMAC-SHA256 of the body in hexadecimal."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()
