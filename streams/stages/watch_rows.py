"""Rows of the watch table: one per brand, one per full segment of its memories, one per partition for event time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.engine import watermarks
from detectors.engine.storage import MEMORIES, NewerFormatError, decode_parts, decode_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from detectors.engine.state import State
    from detectors.engine.watermarks import Watermarks
    from streams.exactly_once.fencing import FencedValue, FencedVersion

_TIME_PREFIX: Final = b"\x00time/"
"""Before a partition's number: the key of its event time. No brand's name holds a NUL."""

_SEGMENT_MARK: Final = b"\x00"
"""Between a brand and the name of a full segment of a memory, such as `ids/3`, written once and never again."""


def time_key(partition: int) -> bytes:
    """Return the key of a partition's event time."""
    return _TIME_PREFIX + b"%d" % partition


def segment_key(brand: str, name: str) -> bytes:
    """Return the key of a segment of a brand's memories."""
    return brand.encode() + _SEGMENT_MARK + name.encode()


def brand_of(key: bytes) -> bytes:
    """Return the brand that a row belongs to, encoded; empty for a partition's event time."""
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
    sealed: dict[bytes, dict[str, bytes]] = defaultdict(dict)
    for key, value in rows:
        brand, mark, name = key.partition(_SEGMENT_MARK)
        if not mark:
            cores[key] = value
        elif key.startswith(_TIME_PREFIX):
            continue
        elif _is_segment(name, value.payload):
            sealed[brand][name.decode()] = value.payload
        else:
            unreadable(key, f"no segment of {_memory(name)}")
    for key, core in cores.items():
        state, reason = _read_state(key, core.payload, sealed[key])
        if state is None:
            unreadable(key, reason)
        else:
            yield state, core.version


def _memory(name: bytes) -> str:
    """Return which memory a segment's name is of; the ids where it is none that is known."""
    known = name.partition(b"/")[0].decode("utf-8", "replace")
    return known if known in MEMORIES else MEMORIES[0]


def _is_segment(name: bytes, payload: bytes) -> bool:
    """Return whether a row is a segment of a memory."""
    memory, _, number = name.partition(b"/")
    return (
        memory.decode("utf-8", "replace") in MEMORIES
        and number.isdigit()
        and _fails(lambda raw: decode_segment(memory.decode(), raw), payload) is None
    )


def _read_state(key: bytes, core: bytes, sealed: dict[str, bytes]) -> tuple[State | None, str]:
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
