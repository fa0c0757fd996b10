"""Rows of the watch table: one per brand, one per full segment of its id memory, one per partition for event time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from detectors.engine import watermarks
from detectors.engine.storage import decode_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detectors.engine.state import State
    from detectors.engine.watermarks import Watermarks
    from streams.exactly_once.fencing import FencedValue, FencedVersion

_TIME_PREFIX: Final = b"\x00time/"
"""Before a partition's number: the key of its event time. No brand's name holds a NUL."""

_SEGMENT_MARK: Final = b"\x00ids/"
"""Between a brand and a number: the key of a full segment of its id memory, written once and never again."""


def time_key(partition: int) -> bytes:
    """Return the key of a partition's event time."""
    return _TIME_PREFIX + b"%d" % partition


def segment_key(brand: str, number: int) -> bytes:
    """Return the key of a segment of a brand's id memory."""
    return brand.encode() + _SEGMENT_MARK + b"%d" % number


def brand_of(key: bytes) -> bytes:
    """Return the brand that a row belongs to, encoded."""
    return key.partition(_SEGMENT_MARK)[0]


def read_states(rows: Iterable[tuple[bytes, FencedValue]]) -> Iterator[tuple[State, FencedVersion]]:
    """Yield the brands' states, each with the version it was stored under."""
    cores: dict[bytes, FencedValue] = {}
    sealed: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    for key, value in rows:
        brand, segment, number = key.partition(_SEGMENT_MARK)
        if segment:
            sealed[brand][int(number)] = value.payload
        elif not key.startswith(_TIME_PREFIX):
            cores[key] = value
    for brand, core in cores.items():
        yield decode_parts(core.payload, sealed[brand]), core.version


def read_watermarks(rows: Iterable[tuple[bytes, FencedValue]]) -> dict[int, Watermarks]:
    """Return the event time of each partition."""
    return {value.partition: watermarks.decode(value.payload) for key, value in rows if key.startswith(_TIME_PREFIX)}
