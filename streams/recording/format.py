"""Recording format: one file with all that a replay needs. Zstandard over JSON Lines, a header first, an end last.

The entries are in the order in which the live workers read them, so that what came late stays late.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

import msgspec
import zstandard

from alerts.incidents.model import Action
from mentions.model.batches import Batch, Tick
from mentions.readers.position import SourceError
from mentions.readers.raw.line_reader import LineReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedWriter
    from pathlib import Path

VERSION: Final = 1
SUFFIX: Final = ".tocsin"
ZSTD_LEVEL: Final = 6
"""Zstandard's: higher ones save a few percent and take several times as long."""

_MAX_LINE: Final = 64 * 2**20


class Header(msgspec.Struct, frozen=True, tag="recording"):
    """What a recording holds. Instants in ms, by the clock of the broker."""

    brands: tuple[str, ...]
    since: int  # start of what is of interest
    until: int
    warm_up: int = 0  # how much before `since` is recorded too, so that the usual is known (ms)
    scores: bool = False  # it carries the scores: a replay need not read the texts
    defaults: tuple[str, ...] = ()  # brands that ran with the built-in thresholds
    anonymised: bool = False
    code: str = ""  # version of Tocsin
    version: int = VERSION


class ConfigEntry(msgspec.Struct, frozen=True, tag="brand"):
    """A brand's configuration, as applied at `at`; no `brand`: it is watched no longer."""

    at: int
    name: str
    revision: int
    brand: dict[str, Any] | None


class KeptScore(msgspec.Struct, frozen=True, array_like=True):
    """How a mention read whose text is gone because it was deleted."""

    compound: float
    label: int
    abuse: float
    text_hash: int


class MentionsEntry(msgspec.Struct, frozen=True, tag="mentions"):
    """A brand's mentions as received, one line each ("": gone). Where scores are kept, a `ScoredEntry` precedes."""

    at: int
    target: int  # partition of `mentions.scored`: whose time they ran by
    brand: str
    partition: int  # source partition of `mentions`
    policy: int
    scorer: str
    offsets: list[int]
    indexes: list[int]
    arrived: list[int]
    lines: list[str]
    scores: dict[int, KeptScore] = {}  # by place in `lines`, of those whose text was deleted


class ScoredEntry(msgspec.Struct, frozen=True, tag="scored"):
    """The same mentions as scored, in columns."""

    at: int
    target: int
    batch: Batch


class TickEntry(msgspec.Struct, frozen=True, tag="tick"):
    """Event time moved on."""

    at: int
    target: int
    tick: Tick


class ActionEntry(msgspec.Struct, frozen=True, tag="action"):
    """A person did something."""

    at: int
    target: int
    action: Action


class End(msgspec.Struct, frozen=True, tag="end"):
    """The last line: a file without it is truncated."""

    entries: int
    mentions: int
    scorers: tuple[str, ...]  # versions of scorer, lexicons and weights met


Entry = ConfigEntry | MentionsEntry | ScoredEntry | TickEntry | ActionEntry

_encode: Final = msgspec.json.Encoder().encode
_header: Final = msgspec.json.Decoder(Header)
_entry: Final = msgspec.json.Decoder(ConfigEntry | MentionsEntry | ScoredEntry | TickEntry | ActionEntry | End)
_LINES: Final = b'{"type":"mentions"'
_SCORED: Final = b'{"type":"scored"'
_NOTHING: Final = b"\0"


def code_version() -> str:
    """Return the version of Tocsin that is running."""
    try:
        return version("tocsin")
    except PackageNotFoundError:
        return ""


def is_recording(path: str) -> bool:
    """Tell whether the file is a recording by its name."""
    return path.endswith(SUFFIX)


def write(path: Path, header: Header, entries: Iterable[Entry]) -> End:
    """Write a recording, in place of any file of that name, once it is whole."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            end = _write(file, header, entries)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return end


def _write(file: BufferedWriter, header: Header, entries: Iterable[Entry]) -> End:
    count, mentions, scorers = 0, 0, set[str]()
    with closing(zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file, closefd=False)) as out:
        out.write(_encode(header) + b"\n")
        for entry in entries:
            out.write(_encode(entry) + b"\n")
            count += 1
            if isinstance(entry, MentionsEntry):
                mentions += len(entry.lines)
                scorers.add(entry.scorer)
        end = End(count, mentions, tuple(sorted(scorers)))
        out.write(_encode(end) + b"\n")
    return end


class Recording:
    """A recording to be read: its header at once, its entries as they are asked for."""

    def __init__(self, path: str) -> None:
        """Open the recording and read its header.

        Raises:
            SourceError: it is none, of a newer version, or cannot be read.
        """
        self.path: Final = path
        with LineReader(path, _MAX_LINE) as lines:
            self.header: Final = self._read_header(next(lines, b""))

    def entries(self, *, scores: bool | None = None, advance: Callable[[float], None] | None = None) -> Iterator[Entry]:
        """Yield what is recorded, in its order.

        Args:
            scores: take the recorded scores, or the lines as received; None: the scores where they are kept.
            advance: is called with the bytes of the file read, now and then.

        Raises:
            SourceError: the file is truncated or damaged, or scores are asked for that it does not carry.
        """
        wanted = self.header.scores if scores is None else scores
        if wanted and not self.header.scores:
            raise SourceError(self.path, 1, "carries no scores: record it with --scores, or let the texts be scored")
        with ExitStack() as stack:
            lines = stack.enter_context(LineReader(self.path, _MAX_LINE, advance))
            yield from self._entries(lines, _LINES if wanted else _SCORED)

    def every_entry(self) -> Iterator[Entry]:
        """Yield the whole recording: the lines as received and, where they are kept, the scores.

        Raises:
            SourceError: the file is truncated or damaged.
        """
        with LineReader(self.path, _MAX_LINE) as lines:
            yield from self._entries(lines, _NOTHING)

    def _entries(self, lines: LineReader, skipped: bytes) -> Iterator[Entry]:
        next(lines, b"")
        for read, line in enumerate(lines):
            entry = None if line.startswith(skipped) else self._read(line, lines.position.lines)
            if isinstance(entry, End):
                self._check_end(entry, read, next(lines, b""), lines)
                return
            if entry is not None:
                yield entry
        raise SourceError(
            self.path, lines.position.lines + 1, "the recording has no end: it is truncated, record it again"
        )

    def _check_end(self, end: End, read: int, rest: bytes, lines: LineReader) -> None:
        if end.entries != read or rest:
            found = "more follows its end" if rest else f"{read} entries instead of {end.entries}"
            raise SourceError(self.path, lines.position.lines, f"the recording is damaged ({found}): record again")

    def _read_header(self, line: bytes) -> Header:
        try:
            header = _header.decode(line)
        except msgspec.DecodeError as error:
            remedy = f"is no recording of Tocsin ({error}): `tocsin record` makes one"
            raise SourceError(self.path, 1, remedy) from None
        if header.version > VERSION:
            remedy = f"is a recording of version {header.version}, this Tocsin reads up to {VERSION}: use a newer one"
            raise SourceError(self.path, 1, remedy)
        return header

    def _read(self, line: bytes, number: int) -> Entry | End:
        try:
            entry: Entry | End = _entry.decode(line)
        except msgspec.DecodeError as error:
            raise SourceError(self.path, number, f"is no entry of a recording ({error}): record again") from None
        return entry
