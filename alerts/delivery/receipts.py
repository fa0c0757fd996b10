"""What is known of an incident's message, across crashes?"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from alerts.delivery.ports import Picture, Receipt


class Posting(msgspec.Struct, frozen=True):
    """How far an incident is delivered. Written before a post is tried, so that a crash leaves a trace."""

    incident: str
    channel: str  # as routed when the post was intended
    intended_at: int  # wall clock, ms
    receipt: Receipt | None = None  # None: intended, not known to be posted
    revision: int = 0  # the latest that the message shows
    replying: int = 0  # the latest whose reply was intended
    replied: int = 0  # the latest whose reply is posted
    doubtful_at: int | None = None  # wall clock, ms: it was posted again, and the first try may yet turn up
    paged: int = 0  # the revision that the message was posted with, if it mentioned the on-call manager
    picture: Picture | None = None  # that the message shows


class ReceiptStore(Protocol):
    """Where postings outlive the process. `put` returns when the posting is safe."""

    async def get(self, incident: str) -> Posting | None:
        """Return what is known of an incident's message."""
        ...

    async def put(self, posting: Posting) -> None:
        """Keep a posting, in place of the incident's earlier one."""
        ...


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Posting)


def encode(posting: Posting) -> bytes:
    """Return the bytes (JSON) of a posting."""
    return _encoder.encode(posting)


def decode(raw: bytes) -> Posting:
    """Return the posting that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a posting.
    """
    return _decoder.decode(raw)
