"""Mentions per five minutes of the last hours, counted as they arrive; bounded memory."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from mentions.model.batches import Batch

BAR_MS: Final = 300_000
"""Length of a bar, ms."""

BARS: Final = 48
"""Four hours."""

_MAX_BARS: Final = 2 * BARS


class RateSeries(NamedTuple):
    """Mentions of a brand's last hours, bar by bar; the last bar may be incomplete."""

    end: int  # ms
    mentions: list[int]
    negative: list[int]

    def negative_share(self, bars: int = 12) -> float | None:
        """Return the negative share of the last bars (an hour); None without mentions."""
        count = sum(self.mentions[-bars:])
        return sum(self.negative[-bars:]) / count if count else None


class RateCounter:
    """Bars of each brand. A redelivered batch counts twice."""

    def __init__(self) -> None:
        self._bars: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)
        self.latest = 0  # event time of the latest mention, ms

    def add(self, batch: Batch) -> None:
        """Count a batch in the bars of its publication."""
        bars = self._bars[batch.brand]
        for at, label in zip(batch.published, batch.labels, strict=True):
            bar = bars.setdefault(at // BAR_MS, [0, 0])
            bar[0] += 1
            bar[1] += label == NEGATIVE
        self.latest = max(self.latest, *batch.published)
        if len(bars) > _MAX_BARS:
            for old in sorted(bars)[:-BARS]:
                del bars[old]

    def series(self, brand: str, at: int) -> RateSeries:
        """Return the bars up to an instant (ms)."""
        bars, last = self._bars.get(brand, {}), at // BAR_MS
        rows = [bars.get(bar, [0, 0]) for bar in range(last - BARS + 1, last + 1)]
        return RateSeries((last + 1) * BAR_MS, [row[0] for row in rows], [row[1] for row in rows])
