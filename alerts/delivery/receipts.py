"""Delivery records: what is known of an incident's message, across crashes."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from alerts.delivery.ports import MessageRef
from alerts.rendering.card import Chart


class DeliveryRecord(msgspec.Struct, frozen=True):
    """How far an incident is delivered. Stored before the first attempt, so that a crash leaves a trace."""

    incident: str
    channel: str  # as routed when the post was intended
    intended_at: int  # wall clock, ms
    message: MessageRef | None = None  # None: intended, not known to be posted
    revision: int = 0  # the latest that the message shows
    reply_intended: int = 0  # the latest whose reply was intended
    reply_posted: int = 0  # the latest whose reply is posted
    duplicate_since: int | None = None  # wall clock, ms: it was posted again, and the first attempt may still appear
    paged_revision: int = 0  # the revision that the message was posted with, if it mentioned the on-call manager
    chart: Chart | None = None  # that the message shows


class ReceiptStore(Protocol):
    """Store of delivery records. `put` returns when the record is safe."""

    async def get(self, incident: str) -> DeliveryRecord | None:
        """Return what is known of an incident's message."""
        ...

    async def put(self, posting: DeliveryRecord) -> None:
        """Store a record, in place of the incident's earlier one."""
        ...


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(DeliveryRecord)


def encode(posting: DeliveryRecord) -> bytes:
    """Return the bytes (JSON) of a record."""
    return _encoder.encode(posting)


def decode(raw: bytes) -> DeliveryRecord:
    """Return the record that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a delivery record.
    """
    return _decoder.decode(raw)
