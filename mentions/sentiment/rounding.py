"""Rounding of arrays to four decimals, exactly as Python's `round` does it."""

from __future__ import annotations

from typing import Final

import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Places = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

_SCALE: Final = 10_000.0
_CLOSE: Final = 1e-6
"""So near the middle between two figures, the last bits decide."""


def round4(values: Floats) -> Floats:
    """Return each value, none larger than 1 either way, with four decimals.

    >>> round4(np.array([0.25, -0.00005, 0.12345])).tolist() == [0.25, round(-0.00005, 4), round(0.12345, 4)]
    True
    """
    found = np.rint(values * _SCALE) / _SCALE
    for place in near_ties(values).tolist():
        found[place] = round(float(values[place]), 4)
    return found


def near_ties(values: Floats) -> Places:
    """Return the places of values that the last bits round up or down."""
    scaled = values * _SCALE
    return np.flatnonzero(np.abs(np.abs(scaled - np.rint(scaled)) - 0.5) < _CLOSE)
