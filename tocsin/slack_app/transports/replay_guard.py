"""Replay guard: a request that Slack signed is served once.

Bolt verifies the signature and its age. Within the five minutes that a signature is valid, it serves anyone who sends a
captured request again; this guard does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from slack_bolt.response import BoltResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.request.async_request import AsyncBoltRequest

log = structlog.get_logger(__name__)

VALIDITY: Final = 300.0
"""Seconds before and after its timestamp in which a signature is valid."""


class ReplayGuard:
    """Remembers each valid signature for as long as it stays valid."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}

    def is_replay(self, signature: str) -> bool:
        """Return whether a valid signature was seen before, and remember it."""
        now = self._clock()
        self._seen = {known: until for known, until in self._seen.items() if until > now}
        if signature in self._seen:
            return True
        self._seen[signature] = now + 2 * VALIDITY
        return False

    async def middleware(
        self,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002  Bolt's name
    ) -> BoltResponse:
        """Refuse a replay; Bolt calls this after it has verified the signature."""
        if req.mode == "http" and self.is_replay(req.headers.get("x-slack-signature", [""])[0]):
            log.warning("request refused", reason="replayed")
            return BoltResponse(status=401, body="")
        return await next()
