"""Base of the readers that make bytes of other bytes, a chunk at a time."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ChunkedReader(io.RawIOBase):
    """A stream of the chunks that `next_chunk` returns, each of any length."""

    def __init__(self) -> None:
        super().__init__()
        self._ready = memoryview(b"")

    @abstractmethod
    def next_chunk(self) -> bytes | None:
        """Return the next bytes, which may be none yet; None at the end."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill `buffer` as far as the next chunk goes; return how far."""
        into = memoryview(buffer).cast("B")
        while not self._ready:
            chunk = self.next_chunk()
            if chunk is None:
                return 0
            self._ready = memoryview(chunk)
        size = min(len(into), len(self._ready))
        into[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
