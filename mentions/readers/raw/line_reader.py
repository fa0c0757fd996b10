"""Line reader: the lines of a file with their numbers and the positions to resume from."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, cast

from mentions.readers.position import START, Position, SourceError
from mentions.readers.raw.compression import Damage, decompress

if TYPE_CHECKING:
    from collections.abc import Callable

STDIN: Final = "-"
MAX_LINE: Final = 16 * 2**20
"""How long a line may be [bytes]."""

PROGRESS_EVERY: Final = 100  # lines

_BOM: Final = b"\xef\xbb\xbf"
_SKIPPED_AT_ONCE: Final = 2**20


class LineReader:
    """Iterates over the lines of a file, each with its line feed; `position` is what follows the last one."""

    def __init__(
        self,
        path: str,
        longest: int = MAX_LINE,
        advance: Callable[[float], None] | None = None,
        *,
        file: io.BufferedReader | None = None,
        raw: io.BufferedReader | None = None,
        encoding: str = "utf-8",
    ) -> None:
        """Open `path`, "-" being standard input; no line may be longer than `longest` bytes.

        Args:
            path: the file; with `file`, its name only.
            longest: how long a line may be [bytes].
            advance: called with the bytes of the file, before decompression, read since the last call.
            file: the text of a file that is open, in UTF-8.
            raw: the file on disk that `file` comes from.
            encoding: what the file is written in, for messages.

        Raises:
            SourceError: there is no such file, or it may not be read.
        """
        self.path: Final = path
        self.position = START
        self._longest = longest
        self._advance = advance
        self._reported_bytes = 0
        self._raw = raw
        self._encoding = encoding
        self._resources = ExitStack()
        try:
            self._file = file or self._open()
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
        return line.removeprefix(_BOM)

    def peek(self, size: int) -> bytes:
        """Return some of the bytes that come next, at most `size`, without passing them.

        Raises:
            SourceError: the file is truncated or damaged.
        """
        try:
            return self._file.peek(size)[:size]
        except Damage as error:
            raise self._damaged(error) from None
        except UnicodeDecodeError as error:
            raise self._misread(error) from None

    def read_chunk(self, size: int) -> bytes:
        """Return the next bytes of the file, at most `size`, whatever lines they are of; b"" at its end.

        Raises:
            SourceError: the file is truncated or damaged.
        """
        chunk = self._read(size)
        if self._advance is not None:
            self._tell(self._advance)
        self.position = Position(self.position.lines + chunk.count(b"\n"), self.position.offset + len(chunk))
        return chunk

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
        except UnicodeDecodeError as error:
            raise self._misread(error) from None
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
        except UnicodeDecodeError as error:
            raise self._misread(error) from None

    def _damaged(self, error: Exception) -> SourceError:
        message = f"the compressed file is truncated or damaged ({error}): what is before this line was read"
        return SourceError(self.path, self.position.lines + 1, message)

    def _misread(self, error: UnicodeDecodeError) -> SourceError:
        message = f"is not {self._encoding} ({error.reason}): state the file's encoding, such as --encoding cp1252"
        return SourceError(self.path, self.position.lines + 1, message)
