"""How do single mentions become Kafka records of many?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.model.decode import Rejection, decode_line
from mentions.readers.position import Line, Position, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mentions.model.wire import Wire

MAX_MENTIONS: Final = 100
MAX_BYTES: Final = 500_000
"""How large a record may be [bytes]: well under the megabyte that brokers take by default."""

MAX_LINE: Final = 900_000
"""How long a single mention may be [bytes]: longer ones no broker takes as it is set up by default."""


class Limits(NamedTuple):
    """When a record is full: the first that is reached."""

    mentions: int = MAX_MENTIONS
    size: int = MAX_BYTES  # bytes
    span: int | None = None  # its mentions are of one stretch of event time so long, counted from the epoch [ms]


DEFAULT_LIMITS: Final = Limits()


class Packed(NamedTuple):
    """A record of JSON Lines, ready to be sent."""

    key: bytes | None  # the brand, where all its mentions name the same
    value: bytes
    mentions: int
    earliest: int  # event time [ms]
    latest: int
    following: Position  # where to go on reading once it is acknowledged


def pack(
    lines: Iterable[Line | Refused], limits: Limits = DEFAULT_LIMITS, arriving: Callable[[], int] | None = None
) -> Iterator[Packed | Refused]:
    """Yield records of the valid mentions, in order, and what is refused as soon as it is met.

    Going on from a record's `following` sends no mention of it again and leaves none out.

    Args:
        lines: what `mentions.readers.files.read` yields.
        limits: when a record is full. A longer mention stands alone.
        arriving: the clock [ms]; mentions published in its future are refused. None: no such check.
    """
    load = _Load()
    for line in lines:
        entry = line if isinstance(line, Refused) else _judge(line, arriving)
        if isinstance(entry, Refused):
            yield entry
        else:
            if load.lines and not load.takes(line.raw, entry.published, limits):
                yield load.packed()
                load = _Load()
            load.add(line.raw, entry)
        load.following = line.following
    if load.lines:
        yield load.packed()


def _judge(line: Line, arriving: Callable[[], int] | None) -> Wire | Refused:
    if len(line.raw) > MAX_LINE:
        reason = f"line: {len(line.raw)} bytes: at most {MAX_LINE}"
        return Refused(line.number, line.raw, (reason,), line.following)
    entry = decode_line(line.raw, arriving and arriving())
    if isinstance(entry, Rejection):
        return Refused(line.number, line.raw, entry.reasons, line.following)
    return entry


class _Load:
    """The record that is being filled."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.brands: set[str] = set()
        self.published: list[int] = []
        self.size = 0
        self.following = Position()

    def takes(self, raw: bytes, published: int, limits: Limits) -> bool:
        """Return whether the mention still belongs into this record."""
        return (
            len(self.lines) < limits.mentions
            and self.size + len(raw) + 1 <= limits.size
            and (limits.span is None or published // limits.span == self.published[0] // limits.span)
        )

    def add(self, raw: bytes, mention: Wire) -> None:
        """Take the mention."""
        self.lines.append(raw)
        self.brands.add(mention.brand or "")
        self.published.append(mention.published)
        self.size += len(raw) + 1

    def packed(self) -> Packed:
        """Return the record."""
        (brand,) = self.brands if len(self.brands) == 1 else ("",)
        value = b"\n".join(self.lines)
        earliest, latest = min(self.published), max(self.published)
        return Packed(brand.encode() or None, value, len(self.lines), earliest, latest, self.following)
