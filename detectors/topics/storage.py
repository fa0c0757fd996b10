"""A brand's topics as bytes, and back so that nothing is different afterwards."""

from __future__ import annotations

import zlib
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.topics.usual import Half, Usual
from detectors.topics.watch import Memory, State

if TYPE_CHECKING:
    from detectors.topics.risk import RiskTerms

_LEVEL: Final = 6


class _Stored(msgspec.Struct, array_like=True):
    memory: Memory  # without the tables
    tables: list[list[int]]  # numbers as differences, then counts, in ascending order of the numbers


def encode(state: State) -> bytes:
    """Return the topics as bytes."""
    memory = state.memory
    usual = memory.usual
    bare = msgspec.structs.replace(usual, counts={}, fresh=[Half(half.index, half.posts) for half in usual.fresh])
    tables = [_packed(table) for table in (usual.counts, *(half.counts for half in usual.fresh))]
    stored = _Stored(msgspec.structs.replace(memory, usual=bare), tables)
    return zlib.compress(msgspec.msgpack.encode(stored), _LEVEL)


def decode(raw: bytes, own: frozenset[str], risks: RiskTerms) -> State:
    """Return the topics that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are no topics.
    """
    try:
        stored = msgspec.msgpack.decode(zlib.decompress(raw), type=_Stored)
    except zlib.error as error:
        raise msgspec.DecodeError(f"stored topics: {error}") from error
    usual: Usual = stored.memory.usual
    usual.counts = _unpacked(stored.tables[0])
    for half, table in zip(usual.fresh, stored.tables[1:], strict=True):
        half.counts = _unpacked(table)
    return State(own, risks, stored.memory)


def _packed(table: dict[int, int]) -> list[int]:
    numbers = sorted(table)
    return [*(b - a for a, b in pairwise([0, *numbers])), *(table[number] for number in numbers)]


def _unpacked(packed: list[int]) -> dict[int, int]:
    half = len(packed) // 2
    return dict(zip(accumulate(packed[:half]), packed[half:], strict=True))
