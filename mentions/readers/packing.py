"""Packing of single mentions into Kafka records of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.model.decode import Rejection, decode_line
from mentions.model.timestamps import MAX_AHEAD
from mentions.readers.position import Line, Position, RejectedLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mentions.model.wire import WireMention

MAX_MENTIONS: Final = 100
MAX_BYTES: Final = 500_000
"""How large a record may be [bytes]: well under the megabyte that brokers take by default."""

MAX_LINE: Final = 900_000
"""How long a single mention may be [bytes]: longer ones no broker takes as it is set up by default."""


class Limits(NamedTuple):
    """Limits of a record; the first one reached closes it."""

    mentions: int = MAX_MENTIONS
    size: int = MAX_BYTES  # bytes
    span: int | None = None  # its mentions are of one stretch of event time so long, counted from the epoch [ms]


DEFAULT_LIMITS: Final = Limits()


class PackedRecord(NamedTuple):
    """A record of JSON Lines, ready to send."""

    key: bytes | None  # the brand, where all its mentions name the same
    value: bytes
    mentions: int
    earliest: int  # event time [ms]
    latest: int
    next_position: Position  # where to go on reading once it is acknowledged


def pack(
    lines: Iterable[Line | RejectedLine], limits: Limits = DEFAULT_LIMITS, arriving: Callable[[], int] | None = None
) -> Iterator[PackedRecord | RejectedLine]:
    """Yield records of the valid mentions in order, and rejected lines as they occur.

    Going on from a record's `following` sends no mention of it again and leaves none out.

    Args:
        lines: what `mentions.readers.files.read` yields.
        limits: when a record is full. A longer mention stands alone.
        arriving: the clock [ms]; mentions published in its future are refused. None: no such check.
    """
    load = _RecordBuilder()
    for line in lines:
        entry = line if isinstance(line, RejectedLine) else _decode(line, arriving)
        if isinstance(entry, RejectedLine):
            yield entry
        else:
            if load.lines and not load.has_room_for(line.raw, entry.published, limits):
                yield load.build()
                load = _RecordBuilder()
            load.add(line.raw, entry)
        load.following = line.next_position
    if load.lines:
        yield load.build()


def _decode(line: Line, arriving: Callable[[], int] | None) -> WireMention | RejectedLine:
    if len(line.raw) > MAX_LINE:
        reason = f"line: {len(line.raw)} bytes: at most {MAX_LINE}"
        return RejectedLine(line.number, line.raw, (reason,), line.next_position)
    if line.mention is not None and (arriving is None or line.mention.published <= arriving() + MAX_AHEAD):
        return line.mention
    entry = decode_line(line.raw, arriving and arriving())
    if isinstance(entry, Rejection):
        return RejectedLine(line.number, line.raw, entry.reasons, line.next_position)
    return entry


class _RecordBuilder:
    """The record that is being filled."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.brands: set[str] = set()
        self.published: list[int] = []
        self.size = 0
        self.following = Position()

    def has_room_for(self, raw: bytes, published: int, limits: Limits) -> bool:
        """Return whether the mention still fits into this record."""
        return (
            len(self.lines) < limits.mentions
            and self.size + len(raw) + 1 <= limits.size
            and (limits.span is None or published // limits.span == self.published[0] // limits.span)
        )

    def add(self, raw: bytes, mention: WireMention) -> None:
        """Take the mention."""
        self.lines.append(raw)
        self.brands.add(mention.brand or "")
        self.published.append(mention.published)
        self.size += len(raw) + 1

    def build(self) -> PackedRecord:
        """Return the record."""
        (brand,) = self.brands if len(self.brands) == 1 else ("",)
        value = b"\n".join(self.lines)
        earliest, latest = min(self.published), max(self.published)
        return PackedRecord(brand.encode() or None, value, len(self.lines), earliest, latest, self.following)
