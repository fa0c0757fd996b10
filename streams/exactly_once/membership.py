"""Membership of a worker in its consumer group."""

from __future__ import annotations

from typing import Any


async def rejoin(consumer: Any) -> None:
    """Make a worker join its group again, with fresh metadata. Faust has no call for it, so its consumer is asked."""
    thread = consumer._thread  # noqa: SLF001 - see above
    inner = thread._ensure_consumer()  # noqa: SLF001 - see above

    async def ask() -> None:
        await inner._client.force_metadata_update()  # noqa: SLF001 - see above
        inner._coordinator.request_rejoin()  # noqa: SLF001 - see above

    await thread.call_thread(ask)


async def refresh_metadata(consumer: Any) -> None:
    """Ask the broker again which topics there are; the leader of the group then divides what was missing."""
    thread = consumer._thread  # noqa: SLF001 - see above
    await thread.call_thread(thread._ensure_consumer()._client.force_metadata_update)  # noqa: SLF001 - see above
