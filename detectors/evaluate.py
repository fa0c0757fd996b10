"""Evaluation of alarms against labels: detection delay, recall and false alarms.

The measures are those of river's `drift.evaluate` and, for streams, of Lavin and Ahmad, Evaluating real-time anomaly
detection algorithms (ICMLA 2015). The delay stays in minutes instead of being part of one score, because a team pays
for minutes with false alarms and wants to see both.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MINUTE: Final = 60_000
WEEK: Final = 7 * 24 * 60 * MINUTE


class Alarm(msgspec.Struct, frozen=True):
    """An alarm to evaluate: an incident that opened, or a page."""

    brand: str
    at: int  # event time, ms


class Span(msgspec.Struct, frozen=True):
    """A stretch of a brand's event time, [start, end) in ms."""

    brand: str
    start: int
    end: int

    def holds(self, alarm: Alarm) -> bool:
        """Return whether an alarm lies within the span."""
        return alarm.brand == self.brand and self.start <= alarm.at < self.end

    def shares(self, other: Span) -> int:
        """Return the overlap with another span of the same brand, in ms."""
        if other.brand != self.brand:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


class Label(msgspec.Struct, frozen=True):
    """What really happened in a span."""

    name: str
    span: Span  # from the first moment it is visible in the stream to its end
    kind: Literal["crisis", "harmless", "unclear"] = "crisis"


class Outcome(msgspec.Struct, frozen=True):
    """How one crisis was detected."""

    label: str
    delay: float | None  # minutes from the start of the span to the first alarm; None: missed
    alarms: int  # alarms while it lasted; more than one is noise


class Evaluation(msgspec.Struct, frozen=True):
    """Result of comparing alarms with labels."""

    outcomes: tuple[Outcome, ...]
    false_alarms: tuple[Alarm, ...]  # outside every crisis, also those on harmless peaks
    watched: int  # ms of event time in which a false alarm was possible, over all brands

    @property
    def recall(self) -> float | None:
        """Return the share of crises that were detected, None without crises."""
        detected = [outcome for outcome in self.outcomes if outcome.delay is not None]
        return len(detected) / len(self.outcomes) if self.outcomes else None

    @property
    def median_delay(self) -> float | None:
        """Return the median delay in minutes of the detected crises, None without any."""
        delays = [outcome.delay for outcome in self.outcomes if outcome.delay is not None]
        return median(delays) if delays else None

    @property
    def false_alarms_per_week(self) -> float | None:
        """Return the false alarms per brand and week, None if nothing was watched."""
        return len(self.false_alarms) * WEEK / self.watched if self.watched else None


def evaluate(
    alarms: Iterable[Alarm], labels: Sequence[Label], watched: Sequence[Span], ignored: Sequence[Span] = ()
) -> Evaluation:
    """Return the comparison of `alarms` with `labels`.

    An alarm belongs to the crisis whose span contains it. Every other alarm in the watched time is false, including
    one on a harmless peak. In an ignored or unclear span an alarm counts neither way, and the span does not count as
    watched. Spans of `watched` must not overlap, nor spans of `ignored` with one another or with labels.
    """
    raised = sorted(alarms, key=lambda alarm: (alarm.at, alarm.brand))
    crises = [label for label in labels if label.kind == "crisis"]
    excluded = [*ignored, *(label.span for label in labels if label.kind != "harmless")]
    false_alarms = [
        alarm
        for alarm in raised
        if any(span.holds(alarm) for span in watched) and not any(span.holds(alarm) for span in excluded)
    ]
    total = sum(span.end - span.start for span in watched)
    left_out = sum(span.shares(other) for span in watched for other in excluded)
    return Evaluation(tuple(_outcome(label, raised) for label in crises), tuple(false_alarms), total - left_out)


def _outcome(label: Label, raised: list[Alarm]) -> Outcome:
    inside = [alarm for alarm in raised if label.span.holds(alarm)]
    delay = (inside[0].at - label.span.start) / MINUTE if inside else None
    return Outcome(label.name, delay, len(inside))
