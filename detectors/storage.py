"""How is a watch written down, and read back so that nothing is different afterwards?"""

from __future__ import annotations

import zlib
from array import array
from itertools import pairwise
from operator import sub
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.buckets import COLUMNS, HOUR_COLUMNS, KEPT_MINUTES, NOTHING, PEAK, Counts, Hours, Minutes
from detectors.channels import Channels
from detectors.drivers import Sample, Tables
from detectors.intake import Part, sizes
from detectors.seen import Seen, pack
from detectors.state import Episode, State, Totals
from mentions.scored import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION: Final = 1


class Parts(msgspec.Struct, frozen=True):
    """What storage must hold of a state: the sealed ids first, then the core that names them.

    `core` is at most 8 kB, rows held back apart, and is written once a batch. `sealed` holds the segments of id memory
    that are new (written once, never again) or gone (None: delete); those of a write whose core was lost do no harm.
    """

    core: bytes
    sealed: dict[int, bytes | None]


class _Core(msgspec.Struct, array_like=True):
    version: int
    brand: str
    revision: int
    frontier: int | None
    marks: dict[int, tuple[int, int]]
    opened: dict[int, list[int]]
    ahead: dict[int, list[int]]
    moved: dict[int, list[int]]
    past: bytes
    pending: bytes  # empty unless rows are held back
    sample: bytes
    channels: Channels
    likenesses: bytes
    episodes: dict[str, Episode]
    totals: Totals
    oldest_id: int
    last_segment: int
    tail: bytes
    ended: dict[str, int] = {}


class _Past(msgspec.Struct, array_like=True):
    minutes: list[int]
    hours: list[int]
    taught: list[int]
    held: list[int]
    since: int | None
    level_since: int | None
    crisis: list[int] = []


def encode_parts(state: State) -> Parts:
    """Return what storage must hold now; call it once per write, and write `sealed` before `core`."""
    sealed = state.seen.seal()
    if state.cache.past is None:
        state.cache.past = zlib.compress(msgspec.msgpack.encode(_past(state)), 6)
    core = _Core(
        VERSION,
        state.brand,
        state.revision,
        state.frontier,
        state.marks,
        state.minutes.opened,
        state.minutes.ahead,
        state.minutes.moved,
        state.cache.past,
        zlib.compress(msgspec.msgpack.encode(_pending(state)), 1) if state.pending else b"",
        zlib.compress(msgspec.msgpack.encode(state.sample.tables), 1),
        state.channels,
        array("I", state.likenesses).tobytes(),
        state.episodes,
        state.totals,
        state.seen.oldest,
        state.seen.last,
        pack(state.seen.segments[state.seen.last]),
        state.ended,
    )
    return Parts(msgspec.msgpack.encode(core), sealed)


def decode_parts(core: bytes, sealed: Mapping[int, bytes]) -> State:
    """Return the state from its core and whatever sealed segments storage holds.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    stored = msgspec.msgpack.decode(core, type=_Core)
    if stored.version != VERSION:
        raise msgspec.DecodeError(f"state of {stored.brand!r} has version {stored.version}, this is {VERSION}")
    past = msgspec.msgpack.decode(zlib.decompress(stored.past), type=_Past)
    state = State(stored.brand)
    state.revision, state.frontier, state.marks = stored.revision, stored.frontier, stored.marks
    state.minutes = Minutes(opened=stored.opened, ahead=stored.ahead, moved=stored.moved)
    for minute, row in _sparse(past.minutes, COLUMNS):
        state.minutes.opened[minute] = row
        state.minutes.close(minute)
    state.hours = Hours(
        dict(_sparse(past.hours, HOUR_COLUMNS)),
        dict(_sparse(past.taught, PEAK)),
        set(past.held),
        past.since,
        past.level_since,
        set(past.crisis),
    )
    state.seen = Seen.restore(stored.oldest_id, stored.last_segment, stored.tail, dict(sealed))
    if stored.pending:
        held = msgspec.msgpack.decode(zlib.decompress(stored.pending), type=dict[int, list[Batch]])
        state.pending = {minute: [Part(one, 0, len(one)) for one in batches] for minute, batches in held.items()}
        state.held = sum(sizes(*part) for parts in state.pending.values() for part in parts)
    state.sample = Sample(msgspec.msgpack.decode(zlib.decompress(stored.sample), type=Tables))
    state.channels = stored.channels
    state.likenesses = dict.fromkeys(array("I", stored.likenesses))
    state.episodes, state.ended, state.totals = stored.episodes, stored.ended, stored.totals
    state.cache.past = stored.past
    return state


def encode(state: State) -> bytes:
    """Return the whole state in one piece, id memory included: for tests and tools, and to go back to."""
    core = encode_parts(state).core
    last = state.seen.last
    return msgspec.msgpack.encode((core, {n: pack(s) for n, s in state.seen.segments.items() if n != last}))


def decode(raw: bytes) -> State:
    """Return the state that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    core, sealed = msgspec.msgpack.decode(raw, type=tuple[bytes, dict[int, bytes]])
    return decode_parts(core, sealed)


def _pending(state: State) -> dict[int, list[Batch]]:
    return {minute: [part.whole for part in parts] for minute, parts in state.pending.items()}


def _past(state: State) -> _Past:
    minutes, hours = state.minutes, state.hours
    oldest = -1 if state.frontier is None else state.frontier - KEPT_MINUTES
    rows: dict[int, Counts] = {}
    for minute, (before, total) in zip(minutes.closed, pairwise([NOTHING, *minutes.totals]), strict=True):
        if minute > oldest:
            rows[minute] = tuple(map(sub, total, before))
    return _Past(
        _packed(rows.items(), COLUMNS),
        _packed(sorted(hours.rows.items()), HOUR_COLUMNS),
        _packed(sorted(hours.taught.items()), PEAK),
        sorted(hours.held),
        hours.since,
        hours.level_since,
        sorted(hours.crisis),
    )


def _packed(rows: Iterable[tuple[int, Counts | list[int]]], columns: int) -> list[int]:
    """Return rows by column, keys as differences: like stands by like, which is what compresses."""
    kept = list(rows)
    keys = [key for key, _ in kept]
    packed = [len(kept), *(b - a for a, b in pairwise([0, *keys]))]
    for column in range(columns):
        packed += [row[column] for _, row in kept]
    return packed


def _sparse(packed: list[int], columns: int) -> list[tuple[int, list[int]]]:
    """Return the rows that `_packed` packed."""
    length = packed[0]
    rows: list[tuple[int, list[int]]] = []
    key = 0
    for place in range(length):
        key += packed[1 + place]
        rows.append((key, [packed[1 + (1 + column) * length + place] for column in range(columns)]))
    return rows
