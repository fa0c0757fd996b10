"""Line reader: the lines of a file with their numbers and the positions to resume from."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, cast

from mentions.readers.compression import Damage, decompress
from mentions.readers.position import START, Position, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

STDIN: Final = "-"
MAX_LINE: Final = 16 * 2**20
"""How long a line may be [bytes]."""

PROGRESS_EVERY: Final = 100  # lines

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"
_SKIPPED_AT_ONCE: Final = 2**20


class LineReader:
    """Iterates over the lines of a file, each with its line feed; `position` is what follows the last one."""

    def __init__(self, path: str, longest: int = MAX_LINE, advance: Callable[[float], None] | None = None) -> None:
        """Open `path`, "-" being standard input; no line may be longer than `longest` bytes.

        `advance` is called with the bytes of the file, before decompression, read since the last call.

        Raises:
            SourceError: there is no such file, or it may not be read.
        """
        self.path: Final = path
        self.position = START
        self._longest = longest
        self._advance = advance
        self._reported_bytes = 0
        self._raw: io.BufferedReader | None = None
        self._resources = ExitStack()
        try:
            self._file = self._open()
        except OSError as error:
            raise SourceError(path, 1, f"{error.strerror or error}: check the path and its rights") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        """Return the next line, without a byte order mark.

        Raises:
            SourceError: the file is truncated, damaged or no UTF-8, or the line is longer than `longest`.
        """
        line = self._read_line()
        if not line:
            raise StopIteration
        if self._advance is not None and self.position.lines % PROGRESS_EVERY == 0:
            self._tell(self._advance)
        first = self.position.offset == 0
        self.position = Position(self.position.lines + 1, self.position.offset + len(line))
        if not first:
            return line
        if line.startswith(_UTF16):
            raise SourceError(self.path, 1, "is UTF-16: convert it, such as with iconv -f utf-16 -t utf-8")
        return line.removeprefix(_BOM)

    def advance(self, to: Position) -> None:
        """Skip ahead to a position from an earlier run.

        Raises:
            SourceError: the file ends before it.
        """
        ahead = to.offset - self.position.offset
        while ahead > 0:
            skipped = len(self._read(min(ahead, _SKIPPED_AT_ONCE)))
            if not skipped:
                raise SourceError(self.path, to.lines, "the file ends before the place to go on from: start again")
            ahead -= skipped
        self.position = max(self.position, to)

    def _open(self) -> io.BufferedReader:
        if self.path == STDIN:
            piped = sys.stdin.buffer
            return decompress(
                piped if isinstance(piped, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", piped))
            )
        self._raw = raw = self._resources.enter_context(Path(self.path).open("rb"))  # noqa: SIM115  closed with the rest
        return decompress(raw)

    def _tell(self, advance: Callable[[float], None]) -> None:
        if self._raw is not None:
            before, self._reported_bytes = self._reported_bytes, self._raw.tell()
            advance(self._reported_bytes - before)

    def _read_line(self) -> bytes:
        try:
            line = self._file.readline(self._longest + 1)
        except Damage as error:
            raise self._damaged(error) from None
        if len(line) > self._longest:
            raise SourceError(
                self.path, self.position.lines + 1, f"is longer than {self._longest} bytes: send one mention a line"
            )
        return line

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except Damage as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> SourceError:
        message = f"the compressed file is truncated or damaged ({error}): what is before this line was read"
        return SourceError(self.path, self.position.lines + 1, message)
