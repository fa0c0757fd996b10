"""Storage format of a brand's history: the closed minutes, and the hours behind its baseline.

Hours change once an hour, minutes with every one that closes: the hours before the latest are stored apart, so that
most of what is written for a mention is copied.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import sub
from typing import TYPE_CHECKING

import msgspec

from detectors.model.compression import compress, decompress
from detectors.model.packing import pack_columns, unpack_columns
from detectors.windows.buckets import COLUMNS, HOUR_COLUMNS, KEPT_MINUTES, NO_COUNTS, PEAK, Counts, HourBuckets
from detectors.windows.judged_hours import JudgedHours

if TYPE_CHECKING:
    from detectors.engine.state import State


class _History(msgspec.Struct, array_like=True):
    minutes: list[int]
    hours: list[int]  # the latest; all of them, where an older version stored them
    backfilled: list[int]
    excluded: list[int]
    first_hour: int | None
    level_since: int | None
    crisis_hours: list[int] = []
    judged: list[JudgedHours] = []


class _PastHours(msgspec.Struct, array_like=True):
    hours: int
    columns: list[bytes]  # keys as differences, then as in `HourBuckets.rows`


def encode(state: State) -> tuple[bytes, bytes]:
    """Return what changes with every minute, and what changes once an hour; encoded again only after a change."""
    cache, rows = state.cache, state.hours.rows
    latest = max(rows, default=0)
    if cache.encoded_past_hours is None or cache.encoded_past_hours[0] != latest:
        cache.encoded_past_hours = latest, _pack_past(rows, latest)
    if cache.encoded_history is None:
        cache.encoded_history = compress(msgspec.msgpack.encode(_history(state, latest)))
    return cache.encoded_history, cache.encoded_past_hours[1]


def decode(recent: bytes, past: bytes, state: State) -> None:
    """Put what `encode` returned into a new state.

    Raises:
        msgspec.DecodeError, ValueError: the bytes are no history.
    """
    stored = msgspec.msgpack.decode(decompress(recent), type=_History)
    for minute, row in _unpack_columns(stored.minutes, COLUMNS):
        state.minutes.opened[minute] = row
        state.minutes.close(minute)
    state.hours = HourBuckets(
        _unpack_past(past) | dict(_unpack_columns(stored.hours, HOUR_COLUMNS)),
        dict(_unpack_columns(stored.backfilled, PEAK)),
        set(stored.excluded),
        stored.first_hour,
        stored.level_since,
        set(stored.crisis_hours),
        stored.judged,
    )
    latest = max(state.hours.rows, default=0)
    if past:
        state.cache.encoded_history, state.cache.encoded_past_hours = recent, (latest, past)


def _pack_past(rows: dict[int, list[int]], latest: int) -> bytes:
    hours = sorted(hour for hour in rows if hour != latest)
    if not hours:
        return b""
    columns = [[*map(sub, hours, [0, *hours])], *zip(*(rows[hour] for hour in hours), strict=True)]
    return compress(msgspec.msgpack.encode(_PastHours(len(hours), pack_columns(columns))))


def _unpack_past(packed: bytes) -> dict[int, list[int]]:
    if not packed:
        return {}
    stored = msgspec.msgpack.decode(decompress(packed), type=_PastHours)
    keys, *columns = unpack_columns(stored.columns, stored.hours)
    if len(columns) != HOUR_COLUMNS:
        raise ValueError(f"hours of {len(columns)} columns, not {HOUR_COLUMNS}")
    return dict(zip(accumulate(keys), map(list, zip(*columns, strict=True)), strict=True))


def _history(state: State, latest: int) -> _History:
    minutes, hours = state.minutes, state.hours
    oldest = -1 if state.last_closed_minute is None else state.last_closed_minute - KEPT_MINUTES
    first = bisect_right(minutes.closed, oldest)
    before = minutes.totals[first - 1] if first else NO_COUNTS
    return _History(
        _pack_totals(minutes.closed[first:], [before, *minutes.totals[first:]]),
        _pack_columns({hour: row for hour, row in hours.rows.items() if hour == latest}),
        _pack_columns(hours.backfilled),
        sorted(hours.excluded),
        hours.first_hour,
        hours.level_since,
        sorted(hours.crisis_hours),
        hours.judged,
    )


def _pack_totals(keys: list[int], totals: list[Counts]) -> list[int]:
    """Return the rows of running totals, whose first is the one before them all, as `_pack_columns` does."""
    packed = _pack_keys(keys)
    for column in zip(*totals, strict=True):
        packed += map(sub, column[1:], column)
    return packed


def _pack_columns(rows: dict[int, list[int]]) -> list[int]:
    """Return rows by column, keys as differences: like stands by like, which is what compresses."""
    keys = sorted(rows)
    packed = _pack_keys(keys)
    for column in zip(*(rows[key] for key in keys), strict=True):
        packed += column
    return packed


def _pack_keys(keys: list[int]) -> list[int]:
    return [len(keys), *map(sub, keys, [0, *keys])]


def _unpack_columns(packed: list[int], columns: int) -> list[tuple[int, list[int]]]:
    """Return the rows that `_pack_columns` packed."""
    length = packed[0]
    rows: list[tuple[int, list[int]]] = []
    key = 0
    for place in range(length):
        key += packed[1 + place]
        rows.append((key, [packed[1 + (1 + column) * length + place] for column in range(columns)]))
    return rows
