"""Encodings: what a file's text is written in, and the same text in UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from typing import Final, NamedTuple

from mentions.readers.raw.chunked import ChunkedReader

UTF8: Final = "utf-8"

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN1: Final = "iso8859-1"
_WINDOWS: Final = "cp1252"
_OTHER_SCRIPTS: Final = {
    "cp932": (re.compile("[\u3041-\u30fa]"), 0.1),  # kana
    "cp949": (re.compile("[\uac00-\ud7a3]"), 0.8),  # hangul
    "cp1251": (re.compile("[\u0430-\u0451]"), 0.75),  # small Cyrillic letters
    "gb18030": (re.compile("[\u4e00-\u9fa5]"), 0.8),
}
"""Encodings with what they write, and which share of a text it is: the bytes of one are text in another, too."""

_RUN: Final = re.compile(rb"[\x80-\xff]{4}")
"""So many letters beyond ASCII side by side are no Western word."""

_SYSTEMS: Final = {
    "cp1252": "Windows",
    "cp1251": "Cyrillic",
    "cp932": "Japanese",
    "cp949": "Korean",
    "gb18030": "Chinese",
}
_CHUNK: Final = 65_536
_HEAD: Final = 4_096
_MOSTLY: Final = 0.4
"""From which share on the bytes of one half are the empty halves of UTF-16."""


class Text(NamedTuple):
    """The text of a file in UTF-8, and what it was written in."""

    file: io.BufferedReader
    encoding: str


def to_utf8(file: io.BufferedReader, stated: str = "") -> Text:
    """Return the file's text in UTF-8. UTF-16 and UTF-32 are found out; what else is not UTF-8 has to be stated.

    ISO 8859-1 is read as Windows-1252, as browsers do: it differs in curly quotes, dashes and the euro sign alone, in
    whose places ISO 8859-1 has control characters. Reading raises UnicodeDecodeError where the text is in another
    encoding than `stated`.
    """
    head = file.peek(_HEAD)[:_HEAD]
    encoding = codecs.lookup(stated).name if stated else _found(head)
    if encoding in {UTF8, "utf-8-sig", "ascii"}:
        old_mac = b"\r" in head[:-1] and b"\n" not in head
        return Text(_buffered(file, UTF8, old_mac=True) if old_mac else file, UTF8)
    return Text(_buffered(file, _WINDOWS if encoding == _LATIN1 else encoding, old_mac=False), encoding)


def likely_encoding(raw: bytes) -> str:
    """Return what bytes that are not UTF-8 are most likely written in."""
    western = _is_text(raw, _WINDOWS)
    if not western or _RUN.search(raw):
        fitting = (encoding for encoding, what in _OTHER_SCRIPTS.items() if _is_of(raw, encoding, *what))
        return next(fitting, _WINDOWS if western else "mac_roman")
    return _WINDOWS


def _is_text(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_of(raw: bytes, encoding: str, script: re.Pattern[str], share: float) -> bool:
    """Return whether so much of bytes is of a script when they are read in an encoding."""
    if not _is_text(raw, encoding):
        return False
    text = raw.decode(encoding)
    found = len(script.findall(text))
    return found > 0 and found >= share * sum(char.isalpha() and not char.isascii() for char in text)


def not_utf8(raw: bytes) -> str:
    r"""Return what is wrong with bytes that are not UTF-8, and what to do.

    >>> not_utf8(b"d\\x92attente")
    "is not UTF-8: state the file's encoding, most likely --encoding cp1252 (Windows)"
    """
    likely = likely_encoding(raw)
    system = _SYSTEMS.get(likely, "old Mac OS")
    return f"is not UTF-8: state the file's encoding, most likely --encoding {likely} ({system})"


def _found(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if half and odd > _MOSTLY * half > even * 2:
        return "utf-16-le"
    if half and even > _MOSTLY * half > odd * 2:
        return "utf-16-be"
    return UTF8


def _buffered(file: io.BufferedReader, encoding: str, *, old_mac: bool) -> io.BufferedReader:
    return io.BufferedReader(_Transcoder(file, encoding, old_mac=old_mac), _CHUNK)


class _Transcoder(ChunkedReader):
    """A file's text in UTF-8; lines that end as on old Mac OS end by a line feed."""

    def __init__(self, file: io.BufferedReader, encoding: str, *, old_mac: bool) -> None:
        super().__init__()
        errors = "surrogateescape" if encoding == UTF8 else "strict"
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._old_mac = old_mac

    def next_chunk(self) -> bytes | None:
        """Return the next bytes of the file as UTF-8."""
        chunk = self._file.read1(_CHUNK)
        text = self._decoder.decode(chunk, final=not chunk)
        if self._old_mac:
            text = text.replace("\r", "\n")
        return text.encode("utf-8", "surrogateescape") if chunk or text else None
