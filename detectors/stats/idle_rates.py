"""Rates over an idle time: what the baseline expects at the end of each hour, if no mention comes.

All hours are computed at once, for a small part of what `baseline.learn` costs for each. The sums run in another order
than there, so a rate is equal but for its last digits: allow for ERROR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from detectors.stats.history import DAY_PRIOR, WEEK, WEEK_PRIOR, decay
from detectors.stats.hourly_rates import LATEST
from detectors.stats.local_time import local_places
from detectors.windows.buckets import DAY, GAP_HOURS, LEVEL_HOURS, MENTIONS
from detectors.windows.judged_hours import excluded_at

if TYPE_CHECKING:
    from detectors.model.learning import Learning
    from detectors.stats.burstiness import Floats
    from detectors.stats.history import HistoryTable
    from detectors.windows.buckets import HourBuckets

ERROR: Final = 1e-6
"""Largest relative difference from the rate that `baseline.learn` gives; it is far smaller."""


def idle_rates(hours: HourBuckets, hour: int, count: int, learning: Learning, table: HistoryTable) -> Floats | None:
    """Return the rates of the 24 hours that end with each of `count` hours from `hour` on, latest first.

    Args:
        hours: the history, in which no hour after `hour` has a mention.
        hour: the first hour, in hours since the epoch.
        count: how many hours.
        learning: as for `baseline.learn`.
        table: the history as arrays, moved to `hour`.

    Returns:
        A row for each hour; None where a change of the clock moves hours to other places, or a verdict takes hours out
        of the baseline on the way.
    """
    last = hour - GAP_HOURS
    if any(hour < one.known_from < hour + count for one in hours.judged):
        return None
    if any(local_places(learning.timezone, last + step, hour + step) is not None for step in range(count)):
        return None
    counts, known = _hours_ahead(hours, last, count, table)
    weights = _sliding(known, count) * decay(learning.half_life)
    weighted = _sliding(counts, count) * weights
    total, weight = weighted.sum(axis=1), weights.sum(axis=1)
    level = np.divide(total, weight, out=np.zeros(count), where=weight > 0)[:, None]
    days, day_weights = (one.reshape(count, -1, DAY).sum(axis=1) for one in (weighted, weights))
    daily = (days + DAY_PRIOR * level) / (day_weights + DAY_PRIOR)
    weeks, week_weights = (one[:, :WEEK] + one[:, WEEK:] for one in (weighted, weights))
    shrunk: Floats = (weeks[:, LATEST] + WEEK_PRIOR * daily[:, LATEST % DAY]) / (week_weights[:, LATEST] + WEEK_PRIOR)
    return shrunk


def _sliding(values: Floats, count: int) -> Floats:
    """Return a view of the LEVEL_HOURS from each of `count` hours on; `sliding_window_view` takes far longer."""
    return np.ndarray((count, LEVEL_HOURS), np.float64, values.data, 0, (values.itemsize, values.itemsize))


def _hours_ahead(hours: HourBuckets, last: int, count: int, table: HistoryTable) -> tuple[Floats, Floats]:
    """Return the mentions of the hours that are learned from up to `last` and then in each hour, and which count."""
    length = LEVEL_HOURS + count - 1
    first = last - LEVEL_HOURS + 1
    counts, known = np.zeros(length), np.zeros(length)
    counts[:LEVEL_HOURS] = table.counts[:, MENTIONS]
    for past in range(last + 1, last + min(count, GAP_HOURS + 1)):
        rows = (one[past][MENTIONS] for one in (hours.rows, hours.backfilled) if past in one)
        counts[past - first] = sum(rows)
    starts = [start for start in (hours.first_hour, hours.level_since) if start is not None]
    if hours.first_hour is not None:
        known[max(0, max(starts) - first) :] = 1.0
    left_out = excluded_at(hours, last + GAP_HOURS)
    known[[hour - first for hour in left_out if 0 <= hour - first < length]] = 0.0
    return counts, known
