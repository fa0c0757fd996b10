"""Course of an incident: rising, steady or falling, since when, how fast, and how far below its peak.

It is read from the bars of the chart (`detectors.model.signal.Timeline`), so that the words and the picture agree. Two
counts differ where the difference is more than chance explains (both Poisson) and more than a quarter.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from alerts.incidents.findings import leading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.incidents.model import Incident
    from detectors.model.signal import Evidence, Timeline

Trend = Literal["rising", "steady", "falling"]

BARS: Final = 3
"""Bars that are counted together: 15 minutes of the chart."""

DEVIATIONS: Final = 2.0
"""Standard deviations from which two counts differ."""

RATIO: Final = 1.25
"""Ratio from which two counts differ: below, the difference matters to nobody."""

STALE: Final = 10 * 60_000
"""How long (ms) after its end a timeline still tells of the present."""


class Course(NamedTuple):
    """How an incident goes. Counts are of `BARS` bars; instants are in ms."""

    trend: Trend
    since: int
    now: int
    peak: int
    peak_at: int
    span: int  # ms that a count covers
    negative: bool  # the counts are of negative mentions
    expected: float | None  # of such a count
    doubling: int | None  # ms in which it doubles; of a rising one whose start is known


def course_of(incident: Incident) -> Course | None:
    """Return the course of an open incident; None where its latest chart is missing or out of date."""
    known = [one.signal for one in incident.findings.values() if one.signal.timeline is not None]
    if not known or incident.status == "resolved":
        return None
    timeline = max(known, key=lambda signal: (signal.at, signal.detector)).timeline
    if timeline is None or timeline.end + STALE < incident.updated_at or len(timeline.mentions) < 2 * BARS:
        return None
    lead = leading(incident).signal
    negative = lead.evidence.metric.startswith("negative")
    return _course(timeline, negative=negative, now=_latest(lead.evidence, timeline))


def _latest(evidence: Evidence, timeline: Timeline) -> int | None:
    """Return the latest count where the evidence is of the same span: the chart is up to a bar older than it."""
    span = evidence.window_end - evidence.window_start
    counted = evidence.metric in ("mentions", "negative mentions")
    return int(evidence.observed) if counted and span == BARS * timeline.step else None


def _course(timeline: Timeline, *, negative: bool, now: int | None = None) -> Course:
    counts = timeline.negative if negative else timeline.mentions
    sums = [sum(counts[end - BARS : end]) for end in range(BARS, len(counts) + 1)]
    ends = [timeline.end - (len(sums) - 1 - place) * timeline.step for place in range(len(sums))]
    sums[-1] = sums[-1] if now is None else now
    now, before = sums[-1], sums[-1 - BARS]
    trend: Trend = "steady" if not differ(now, before) else "rising" if now > before else "falling"
    peak = max(range(len(sums)), key=lambda place: (sums[place], place))
    expected = None if timeline.expected is None else timeline.expected[negative] * BARS
    return Course(
        trend=trend,
        since=ends[_since(sums, trend)],
        now=now,
        peak=sums[peak],
        peak_at=ends[peak],
        span=BARS * timeline.step,
        negative=negative,
        expected=expected,
        doubling=round(BARS * timeline.step * log(2) / log(now / before)) if trend == "rising" and before else None,
    )


def differ(one: int, other: int) -> bool:
    """Return whether two counts differ by more than chance explains and by more than a quarter.

    >>> differ(40, 44), differ(0, 4), differ(20, 60)
    (False, True, True)
    """
    low, high = sorted((one, other))
    return high - low >= DEVIATIONS * sqrt(high + low) > 0 and high >= RATIO * low


def _since(sums: Sequence[int], trend: Trend) -> int:
    """Return the place at which the trend began: the last one at the bottom, at the top, or where it became steady."""
    if trend == "steady":
        place = len(sums) - 1
        while place and not differ(sums[place - 1], sums[-1]):
            place -= 1
        return place
    turn, pick = len(sums) - 1, (min if trend == "rising" else max)
    for place in range(len(sums) - 2, -1, -1):
        if differ(sums[place], sums[turn]) and pick(sums[place], sums[turn]) == sums[turn]:
            break
        turn = place if pick(sums[place], sums[turn]) == sums[place] != sums[turn] else turn
    return max(place for place in range(len(sums)) if place >= turn and not differ(sums[place], sums[turn]))
