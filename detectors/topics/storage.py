"""Storage format of a brand's topics: encode and decode, exact in both directions."""

from __future__ import annotations

import zlib
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.topics.state import StoredTopics, TopicState
from detectors.topics.stats.baseline import HalfDay

if TYPE_CHECKING:
    from detectors.topics.risk.terms import RiskTerms
    from detectors.topics.stats.baseline import UnitBaseline

_LEVEL: Final = 6


class _Record(msgspec.Struct, array_like=True):
    stored: StoredTopics  # without the tables
    tables: list[list[int]]  # keys as differences, then counts, in ascending order of the keys


def encode(state: TopicState) -> bytes:
    """Return the topics as bytes."""
    baseline = state.stored.baseline
    recent = [HalfDay(half.index, half.posts) for half in baseline.recent]
    bare = msgspec.structs.replace(baseline, counts={}, recent=recent)
    tables = [_packed(table) for table in (baseline.counts, *(half.counts for half in baseline.recent))]
    record = _Record(msgspec.structs.replace(state.stored, baseline=bare), tables)
    return zlib.compress(msgspec.msgpack.encode(record), _LEVEL)


def decode(raw: bytes, own: frozenset[str], risks: RiskTerms) -> TopicState:
    """Return the topics that `encode` wrote; `own` and `risks` as for `TopicState`.

    Raises:
        msgspec.DecodeError: the bytes are no topics.
    """
    try:
        record = msgspec.msgpack.decode(zlib.decompress(raw), type=_Record)
    except zlib.error as error:
        raise msgspec.DecodeError(f"stored topics: {error}") from error
    baseline: UnitBaseline = record.stored.baseline
    baseline.counts = _unpacked(record.tables[0])
    for half, table in zip(baseline.recent, record.tables[1:], strict=True):
        half.counts = _unpacked(table)
    return TopicState(own, risks, record.stored)


def _packed(table: dict[int, int]) -> list[int]:
    keys = sorted(table)
    return [*(b - a for a, b in pairwise([0, *keys])), *(table[key] for key in keys)]


def _unpacked(packed: list[int]) -> dict[int, int]:
    half = len(packed) // 2
    return dict(zip(accumulate(packed[:half]), packed[half:], strict=True))
