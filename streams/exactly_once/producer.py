"""Send batch: sends the records that follow from one batch, and waits until the broker has acknowledged all of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from faust.types import AppT

    Headers = list[tuple[str, bytes]]


class Sender(Protocol):
    """Where records go."""

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Headers | None = None,
    ) -> Awaitable[Any]:
        """Hand a record to the broker client; the returned awaitable ends with the acknowledgement."""


class FaustSender:
    """Sends through the Faust app's producer."""

    def __init__(self, app: AppT) -> None:
        self._app = app

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Headers | None = None,
    ) -> Awaitable[Any]:
        """Hand a record to the broker client; the returned awaitable ends with the acknowledgement."""
        return await self._app.producer.send(topic, key, value, partition, None, headers)


class SendBatch:
    """The records that one batch sends. `flush` waits for every acknowledgement; one that fails, fails the batch."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._pending: list[Awaitable[Any]] = []

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Headers | None = None,
    ) -> None:
        """Send a record, to be acknowledged by the time `flush` returns."""
        self._pending.append(await self._sender.send(topic, key, value, partition, headers))

    def await_ack(self, acknowledgement: Awaitable[Any]) -> None:
        """Wait for this acknowledgement too."""
        self._pending.append(acknowledgement)

    async def flush(self) -> None:
        """Wait until all that was sent is acknowledged.

        Raises:
            Exception: what the broker client raised for the first record that failed.
        """
        pending, self._pending = self._pending, []
        await asyncio.gather(*pending)
