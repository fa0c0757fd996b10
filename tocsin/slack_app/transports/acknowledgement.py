"""Order of acknowledgement and work: a listener's work begins after its acknowledgement has been sent.

Bolt's `ack()` only hands over the response; Bolt sends it up to 10 ms later. Work that begins in between may overtake
it: a modal that is updated at once would end up showing what the acknowledgement says.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENT: Final[ContextVar[asyncio.Event | None]] = ContextVar("acknowledgement sent", default=None)


@contextmanager
def acknowledging() -> Iterator[None]:
    """Dispatch a request and send its acknowledgement within this block; its work begins when the block ends."""
    sent = asyncio.Event()
    token = _SENT.set(sent)
    try:
        yield
    finally:
        _SENT.reset(token)
        sent.set()


async def acknowledgement_sent() -> None:
    """Wait until the acknowledgement of the current request has been sent."""
    sent = _SENT.get()
    if sent is not None:
        await sent.wait()
