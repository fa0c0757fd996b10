"""Transparent decompression of gzip and Zstandard, recognised by the first bytes and not by the name."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

import zstandard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"

Damage: Final = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, zstandard.ZstdError)
"""What reading a truncated or damaged file raises."""

MAX_WINDOW: Final = 2**31
"""How far back a Zstandard frame may refer [bytes]: `zstd --long=31` writes such frames."""

BadArchive: Final = (*Damage, RuntimeError, UnicodeDecodeError)
"""What opening a damaged zip archive raises besides: unknown methods, passwords, names in no encoding."""

_CHUNK: Final = 4_096
"""Bytes decompressed at once: a chunk of a hostile file can grow thirty thousand times."""


def decompress(file: io.BufferedReader) -> io.BufferedReader:
    """Return a reader of the decompressed bytes: `file` itself unless it is gzip or Zstandard.

    Reading raises one of `Damage` where the file is truncated or damaged.
    """
    head = file.peek(4)[:4]
    if head.startswith(GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    return io.BufferedReader(_Zstandard(file)) if head == ZSTD else file


class _Zstandard(io.RawIOBase):
    """Frames one after another. The library's own reader takes a truncated file for a short one."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._frame = _zstandard_frame()
        self._begun = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill `buffer` as far as the next chunk goes; return how far."""
        into = memoryview(buffer).cast("B")
        while not self._ready:
            chunk = self._next_chunk()
            if not chunk:
                return 0
            self._ready = memoryview(self._frame.decompress(chunk))
        size = min(len(into), len(self._ready))
        into[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _next_chunk(self) -> bytes:
        rest = b""
        if self._frame.eof:
            rest = self._frame.unused_data
            self._frame = _zstandard_frame()
            self._begun = bool(rest)
        chunk = rest or self._file.read(_CHUNK)
        if not chunk and self._begun:
            raise EOFError("the last frame is not complete")
        self._begun = True
        return chunk


def _zstandard_frame() -> Any:
    return zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
