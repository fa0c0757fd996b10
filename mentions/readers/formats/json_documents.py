"""JSON documents: the values of an array, or of values written over several lines, one after the other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mentions.readers.position import SourceError
from mentions.readers.raw.encodings import not_utf8
from mentions.readers.raw.line_reader import MAX_LINE, LineReader

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 2**20
_ASSIGNMENT: Final = re.compile(r"\s*(?:window|var|let|const)\b[^=\[{]*=\s*")
_BETWEEN: Final = re.compile(r"[\s,;]*")


class Value(NamedTuple):
    """A value of the document, and the line on which it begins."""

    number: int
    value: Any


def is_document(head: bytes) -> bool:
    """Return whether a file that begins so is a document, and not one object a line."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first = text.split(b"\n", 1)[0].rstrip()
    several = len(text.split(b"\n", 1)) > 1
    return (
        text.startswith(b"[")
        or _ASSIGNMENT.match(text[:200].decode(errors="replace")) is not None
        or (text.startswith(b"{") and several and first.endswith((b"{", b"[", b",")))
    )


def read_document(lines: LineReader) -> Iterator[Value]:
    """Yield the elements of an array, or the values that follow one another, with little of the file in memory.

    Raises:
        SourceError: the file is not JSON, breaks off, or one value is longer than a line may be.
    """
    buffer = _Buffer(lines)
    buffer.skip(_ASSIGNMENT)
    buffer.skip(_BETWEEN)
    in_array = buffer.text.startswith("[", buffer.at)
    if in_array:
        buffer.move_to(buffer.at + 1)
    while True:
        buffer.skip(_BETWEEN)
        if in_array and buffer.text.startswith("]", buffer.at):
            return
        if buffer.at == len(buffer.text) and not buffer.fill():
            if in_array:
                raise buffer.failure("the JSON array is not closed: the file breaks off here")
            return
        if buffer.at < len(buffer.text) and buffer.text[buffer.at] not in " \t\r\n,;]":
            yield buffer.value()


class _Buffer:
    """The part of the file that is being read, as text, and the line that it is on."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._decoder = json.JSONDecoder()
        self._rest = b""
        self._number = 1
        self.text = ""
        self.at = 0
        self.fill()
        self.text = self.text.removeprefix("\ufeff")

    def fill(self) -> bool:
        """Read on; return False at the end of the file."""
        chunk = self._lines.read_chunk(_CHUNK)
        if not chunk:
            if self._rest:
                raise self.failure(not_utf8(self._rest))
            return False
        raw = self._rest + chunk
        end = _whole_characters(raw)
        try:
            more = raw[:end].decode()
        except UnicodeDecodeError as error:
            around = raw[max(0, error.start - 40) : error.start + 40]
            raise self.failure(not_utf8(around)) from None
        self._rest = raw[end:]
        self.text, self.at = self.text[self.at :] + more, 0
        return True

    def move_to(self, at: int) -> None:
        """Go on to a place, counting lines."""
        self._number += self.text.count("\n", self.at, at)
        self.at = at

    def skip(self, what: re.Pattern[str]) -> None:
        """Pass what stands here."""
        while True:
            found = what.match(self.text, self.at)
            if found is None:
                return
            self.move_to(found.end())
            if self.at < len(self.text) or not self.fill():
                return

    def value(self) -> Value:
        """Return the value that begins here."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if len(self.text) - self.at > MAX_LINE or isinstance(error, RecursionError) or not self.fill():
                    raise self.failure(f"not JSON: {error}: export again as JSON, or one object a line") from None
                continue
            if end == len(self.text) and not isinstance(value, dict | list) and self.fill():
                continue  # a number may go on
            found = Value(self._number, value)
            self.move_to(end)
            return found

    def failure(self, message: str) -> SourceError:
        """Return an error about this line."""
        return SourceError(self._lines.path, self._number, message)


def _whole_characters(raw: bytes) -> int:
    """Return how many of the bytes are whole characters of UTF-8: a chunk may end within one."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte < 0x80:  # noqa: PLR2004  one byte is the whole character
            return len(raw)
        if byte >= 0xC0:  # noqa: PLR2004  the first byte of several says how many
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4  # noqa: PLR2004
            return len(raw) if back >= length else len(raw) - back
    return len(raw)
