"""Vectorised hash table: numpy looks up many 64-bit keys at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
Places = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Keys = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]

_MOST_BITS: Final = 17
_ROOM: Final = 3
"""Bits of a slot's number beyond those that number the keys: one slot in eight is taken."""
_FACTORS: Final = (11_400_714_819_323_198_485, 14_029_467_366_897_019_727, 1_609_587_929_392_839_161)
"""Odd numbers that spread keys, one a round; a key whose slot is taken goes to the next round."""


class HashTable:
    """Distinct keys → their places, from 1; 0 for any other key."""

    def __init__(self, keys: Iterable[int]) -> None:
        """Take the keys, all different, none 0 and all smaller than 2⁶⁴.

        Raises:
            ValueError: they are too many.
        """
        self._keys = np.array([0, *keys], np.uint64)
        self._rounds: list[_ProbeRound] = []
        bits = min(_MOST_BITS, len(self._keys).bit_length() + _ROOM)
        shift = np.uint64(64 - bits)
        left = np.arange(1, len(self._keys), dtype=np.int32)
        for factor in map(np.uint64, _FACTORS):
            slots, crowded = np.zeros(1 << bits, np.int32), np.zeros(1 << bits, np.bool_)
            at = _slots(self._keys[left], factor, shift)
            slots[at] = left
            lost = slots[at] != left
            crowded[at[lost]] = True
            left = left[lost]
            self._rounds.append(_ProbeRound(factor, shift, slots, crowded))
        if left.size:
            raise ValueError(f"{len(self._keys) - 1} keys do not fit")

    def find(self, keys: Keys) -> Ints:
        """Return the place of each key."""
        return self._find(keys, self._rounds)

    def _find(self, keys: Keys, rounds: list[_ProbeRound]) -> Ints:
        (factor, shift, slots, crowded), *later = rounds
        at = _slots(keys, factor, shift)
        places = slots.take(at)
        places *= self._keys.take(places) == keys
        if later:
            again = np.flatnonzero(crowded.take(at))
            if again.size:
                places[again] = np.maximum(places[again], self._find(keys[again], later))
        return places


class _ProbeRound(NamedTuple):
    factor: np.uint64
    shift: np.uint64
    slots: Ints  # each with the place of one key, or 0
    crowded: Flags  # where other keys belong, too


def _slots(keys: Keys, factor: np.uint64, shift: np.uint64) -> Places:
    return ((keys * factor) >> shift).view(np.int64)
