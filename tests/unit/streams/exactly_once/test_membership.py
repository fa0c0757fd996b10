"""Membership: what is asked of the client runs in the thread that the client runs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.exactly_once.membership import refresh_metadata, rejoin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Consumer:
    """A consumer as Faust has it: a client inside a thread, which may be asked there alone."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._inside = False
        self._thread = self._client = self._coordinator = self

    def _ensure_consumer(self) -> Consumer:
        return self

    async def call_thread(self, ask: Callable[..., Awaitable[Any]], *given: Any) -> None:
        """Run something in the thread."""
        self._inside = True
        await ask(*given)
        self._inside = False

    async def force_metadata_update(self) -> None:
        """Note that the topics were asked for."""
        self.asked.append(f"metadata, inside: {self._inside}")

    def request_rejoin(self) -> None:
        """Note that the worker wants to join again."""
        self.asked.append(f"rejoin, inside: {self._inside}")


async def test_a_worker_joins_again_with_fresh_metadata() -> None:
    """In that order: else it would join with partitions that are gone."""
    consumer = Consumer()
    await rejoin(consumer)
    assert consumer.asked == ["metadata, inside: True", "rejoin, inside: True"]


async def test_topics_are_asked_for_without_a_rebalance() -> None:
    """A worker that stands by disturbs nobody."""
    consumer = Consumer()
    await refresh_metadata(consumer)
    assert consumer.asked == ["metadata, inside: True"]
