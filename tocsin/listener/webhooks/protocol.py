"""What a system that sends webhooks has to say for itself."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Protocol

from alerts.notifiers.standard_webhooks import hex_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.item import Item


class Webhook(Protocol):
    """Verifies a request, and reads the posts of an event. Pure."""

    def is_genuine(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether who sent it knows the secret."""
        ...

    def items(self, event: Any, headers: Mapping[str, str], now: int) -> list[Item]:
        """Return the posts, edits and deletions of an event; `now` [ms] dates what has no date."""
        ...


def is_signed(given: str, body: bytes, secret: str) -> bool:
    """Return whether one of the comma-separated signatures, with or without `sha256=`, is the body's."""
    wanted = hex_signature(secret.encode(), body).encode()
    shown = [one.strip().removeprefix("sha256=") for one in given.split(",")]
    return any(hmac.compare_digest(one.encode("utf-8", "surrogateescape"), wanted) for one in shown)
