"""Transparent decompression of gzip and Zstandard, recognised by the first bytes and not by the name."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import Any, Final

import zstandard

from mentions.readers.raw.chunked import ChunkedReader

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


class _Zstandard(ChunkedReader):
    """Frames one after another. The library's own reader takes a truncated file for a short one."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__()
        self._file = file
        self._frame = _zstandard_frame()
        self._begun = False

    def next_chunk(self) -> bytes | None:
        """Return what the next bytes of the file hold.

        Raises:
            EOFError: the last frame is not complete.
        """
        packed = self._packed()
        return self._frame.decompress(packed) if packed else None

    def _packed(self) -> bytes:
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
