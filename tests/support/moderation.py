"""Invented records of a moderation queue, and a queue without Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.model import Flagged, PolicyFinding, Post
from moderation.queue import Queue

if TYPE_CHECKING:
    from moderation.model import AnyRecord
    from moderation.policies.model import Severity


def flagged(
    item: str,
    *,
    post: int = 1,
    at: int = 0,
    brand: str = "Acme",
    severity: Severity = "high",
    due: int = 1_000,
) -> Flagged:
    """Return a record by which a post enters the queue."""
    return Flagged(
        id=f"flag {item} {post}",
        item=item,
        at=at,
        brand=brand,
        post=Post(post, "forum", f"author {post}", at, "https://forum.example/1"),
        text="I will kill you",
        findings=(PolicyFinding("threat", severity, ((0, 4),)),),
        version="tocsin-3+policies-1",
        due_at=due,
        language="en",
    )


class LocalQueue:
    """A queue in this process: what is submitted is applied at once."""

    def __init__(self, *records: AnyRecord) -> None:
        self.queue = Queue()
        for record in records:
            self.queue.apply(record)

    async def submit(self, record: AnyRecord) -> str:
        """Apply a record; return why it changed nothing, or ""."""
        return self.queue.apply(record)
