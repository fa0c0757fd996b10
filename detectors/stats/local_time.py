"""Local time: places of past hours by the clock of now, so that a change of the clock shifts no daily cycle."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from detectors.windows.buckets import LEVEL_HOURS

if TYPE_CHECKING:
    import numpy.typing as npt

    from detectors.stats.burstiness import Floats


@lru_cache(256)
def local_places(timezone: str, last: int, hour: int) -> npt.NDArray[np.int64] | None:
    """Return the place of each of the LEVEL_HOURS up to `last` by the local time of `hour`, None without a difference.

    Days and weeks follow the local clock. An hour before a change of the clock takes the place of the hour that has
    its local time since. Of two hours with the same local time the later one counts.
    """
    zone = ZoneInfo(timezone)
    first, now = last - LEVEL_HOURS + 1, _utc_offset(zone, hour)
    if _utc_offset(zone, first) == now:
        return None
    return np.array([place + _utc_offset(zone, first + place) - now for place in range(LEVEL_HOURS)])


def _utc_offset(zone: ZoneInfo, hour: int) -> int:
    """Return by how many hours local time is ahead of UTC at an hour since the epoch, rounded."""
    ahead = datetime.fromtimestamp(3600 * hour, zone).utcoffset() or timedelta()
    return round(ahead / timedelta(hours=1))


def move_rows(rows: Floats, places: npt.NDArray[np.int64]) -> Floats:
    """Return rows moved to their places; rows whose place is outside are dropped."""
    moved = np.zeros_like(rows)
    for row, place in zip(rows, places.tolist(), strict=True):
        if 0 <= place < len(rows):
            moved[place] = row
    return moved
