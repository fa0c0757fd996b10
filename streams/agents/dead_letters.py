"""Dead letters: rejected mentions with the reasons, their place in `mentions`, and the original bytes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mentions.model.decode import Rejection
    from streams.stages.score import MentionsRecord

MAX_ORIGINAL_BYTES = 512 * 1024
"""Bytes of the original kept: with base64 and the rest it stays under Kafka's usual 1 MB a record."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A record of `mentions.dead-letters`."""

    reasons: tuple[str, ...]  # each names the field, the rule and the remedy
    topic: str
    partition: int
    offset: int
    index: int  # position of the mention within its record
    arrived: int  # ms
    original: str  # base64 of the line as received
    length: int  # bytes of the line; `original` is cut where this is more than it holds

    def line(self) -> bytes:
        """Return the line as received."""
        return base64.b64decode(self.original)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(DeadLetter)


def encode(topic: str, partition: int, record: MentionsRecord, rejection: Rejection) -> bytes:
    """Return the dead letter of one refused mention."""
    letter = DeadLetter(
        reasons=rejection.reasons,
        topic=topic,
        partition=partition,
        offset=record.offset,
        index=rejection.index,
        arrived=record.arrived,
        original=base64.b64encode(rejection.line[:MAX_ORIGINAL_BYTES]).decode(),
        length=len(rejection.line),
    )
    return _encoder.encode(letter)


def decode(raw: bytes) -> DeadLetter:
    """Return the dead letter that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a dead letter.
    """
    return _decoder.decode(raw)
