"""What is known of an incident's message, across crashes?"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from alerts.delivery.ports import MessageRef
from alerts.rendering.card import Chart


class DeliveryRecord(msgspec.Struct, frozen=True):
    """How far an incident is delivered. Written before a post is tried, so that a crash leaves a trace."""

    incident: str
    channel: str  # as routed when the post was intended
    intended_at: int  # wall clock, ms
    message: MessageRef | None = None  # None: intended, not known to be posted
    revision: int = 0  # the latest that the message shows
    reply_intended: int = 0  # the latest whose reply was intended
    reply_posted: int = 0  # the latest whose reply is posted
    duplicate_since: int | None = None  # wall clock, ms: it was posted again, and the first try may yet turn up
    paged_revision: int = 0  # the revision that the message was posted with, if it mentioned the on-call manager
    chart: Chart | None = None  # that the message shows


class ReceiptStore(Protocol):
    """Where postings outlive the process. `put` returns when the posting is safe."""

    async def get(self, incident: str) -> DeliveryRecord | None:
        """Return what is known of an incident's message."""
        ...

    async def put(self, posting: DeliveryRecord) -> None:
        """Keep a posting, in place of the incident's earlier one."""
        ...


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(DeliveryRecord)


def encode(posting: DeliveryRecord) -> bytes:
    """Return the bytes (JSON) of a posting."""
    return _encoder.encode(posting)


def decode(raw: bytes) -> DeliveryRecord:
    """Return the posting that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a posting.
    """
    return _decoder.decode(raw)
