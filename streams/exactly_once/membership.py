"""Membership of a worker in its consumer group. Faust has no call for it, so the consumer inside its own is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def rejoin(consumer: Any) -> None:
    """Make a worker join its group again, with fresh metadata."""

    async def ask(inner: Any) -> None:
        await inner._client.force_metadata_update()  # noqa: SLF001 - see above
        inner._coordinator.request_rejoin()  # noqa: SLF001 - see above

    await _ask(consumer, ask)


async def refresh_metadata(consumer: Any) -> None:
    """Ask the broker again which topics there are; the leader of the group then divides what was missing."""
    await _ask(consumer, lambda inner: inner._client.force_metadata_update())  # noqa: SLF001 - see above


async def _ask(consumer: Any, question: Callable[[Any], Awaitable[Any]]) -> None:
    """Ask the aiokafka consumer of a Faust consumer something, in the thread that it runs in."""
    thread = consumer._thread  # noqa: SLF001 - see above
    await thread.call_thread(question, thread._ensure_consumer())  # noqa: SLF001 - see above
