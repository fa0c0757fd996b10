"""Port through which the pages see and change the moderation queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from moderation.model import AnyRecord
    from moderation.queue import Queue


class ModerationQueue(Protocol):
    """The queue, kept up to date, and what people do with it."""

    @property
    def queue(self) -> Queue:
        """Return the queue as it is now."""

    async def submit(self, record: AnyRecord) -> str:
        """Pass a record on; return why it changed nothing, or "", once that is known."""
