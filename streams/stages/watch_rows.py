"""Rows of the watch table: one per brand, one per full segment of its id memory, one per partition for event time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.engine import watermarks
from detectors.engine.dedup import unpack
from detectors.engine.storage import NewerFormatError, decode_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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


def read_states(
    rows: Iterable[tuple[bytes, FencedValue]], unreadable: Callable[[bytes, str], None]
) -> Iterator[tuple[State, FencedVersion]]:
    """Yield the brands' states, each with the version it was stored under.

    `unreadable` is called with the key of each row that cannot be read, and the reason; its brand is left out, or loses
    the ids of a segment.

    Raises:
        NewerFormatError: a newer version of Tocsin stored a state.
    """
    cores: dict[bytes, FencedValue] = {}
    sealed: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    for key, value in rows:
        brand, segment, number = key.partition(_SEGMENT_MARK)
        if not segment:
            if not key.startswith(_TIME_PREFIX):
                cores[key] = value
        elif number.isdigit() and _fails(unpack, value.payload) is None:
            sealed[brand][int(number)] = value.payload
        else:
            unreadable(key, "no segment of ids")
    for key, core in cores.items():
        state, reason = _read_state(key, core.payload, sealed[key])
        if state is None:
            unreadable(key, reason)
        else:
            yield state, core.version


def _read_state(key: bytes, core: bytes, sealed: dict[int, bytes]) -> tuple[State | None, str]:
    """Return a brand's state, or None and why it cannot be read."""
    try:
        state = decode_parts(core, sealed)
    except NewerFormatError:
        raise
    except Exception as error:  # noqa: BLE001  damaged bytes break a decoder in any way
        return None, f"{type(error).__name__}: no state of a brand"
    return (state, "") if state.brand.encode() == key else (None, "the state of another brand")


def _fails(decode: Callable[[bytes], object], raw: bytes) -> Exception | None:
    """Return what a decoder raises."""
    try:
        decode(raw)
    except Exception as error:  # noqa: BLE001  damaged bytes break a decoder in any way
        return error
    return None


def read_watermarks(
    rows: Iterable[tuple[bytes, FencedValue]], unreadable: Callable[[bytes, str], None]
) -> dict[int, Watermarks]:
    """Return the event time of each partition; `unreadable` as for `read_states`."""
    found: dict[int, Watermarks] = {}
    for key, value in rows:
        if key.startswith(_TIME_PREFIX):
            try:
                found[value.partition] = watermarks.decode(value.payload)
            except msgspec.DecodeError:
                unreadable(key, "no event time")
    return found
