"""How soon does it hear a crisis, how many does it miss, and how often does it cry wolf?

Delay, episode recall and false alarms as in river's `drift.evaluate` and, for streams, Lavin and Ahmad, Evaluating
real-time anomaly detection algorithms (ICMLA 2015); but the delay is told in minutes and not folded into one score,
because a desk buys minutes with false alarms and wants to see the price.
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
    """Something was told: an incident opened, or paged."""

    brand: str
    at: int  # event time, ms


class Span(msgspec.Struct, frozen=True):
    """A stretch of a brand's event time, [start, end) in ms."""

    brand: str
    start: int
    end: int

    def holds(self, alarm: Alarm) -> bool:
        """Tell whether an alarm falls into it."""
        return alarm.brand == self.brand and self.start <= alarm.at < self.end

    def shares(self, other: Span) -> int:
        """Return how many ms two stretches of the same brand have in common."""
        if other.brand != self.brand:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


class Label(msgspec.Struct, frozen=True):
    """What really happened."""

    name: str
    span: Span  # from when it could be seen in the stream until it was over
    kind: Literal["crisis", "harmless", "unclear"] = "crisis"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one crisis."""

    label: str
    delay: float | None  # minutes from when it could be seen to the first alarm; None: missed
    alarms: int  # alarms while it lasted; more than one is noise


class Evaluation(msgspec.Struct, frozen=True):
    """How well alarms fit the labels."""

    outcomes: tuple[Outcome, ...]
    false_alarms: tuple[Alarm, ...]  # outside every crisis, also those on harmless peaks
    watched: int  # ms of event time that were watched and could hold a false alarm, over all brands

    @property
    def recall(self) -> float | None:
        """Return the share of crises heard, None without any."""
        heard = [outcome for outcome in self.outcomes if outcome.delay is not None]
        return len(heard) / len(self.outcomes) if self.outcomes else None

    @property
    def median_delay(self) -> float | None:
        """Return the median delay in minutes of the crises heard, None without any."""
        delays = [outcome.delay for outcome in self.outcomes if outcome.delay is not None]
        return median(delays) if delays else None

    @property
    def false_alarms_per_week(self) -> float | None:
        """Return the false alarms a brand-week, None where nothing was watched."""
        return len(self.false_alarms) * WEEK / self.watched if self.watched else None


def evaluate(
    alarms: Iterable[Alarm], labels: Sequence[Label], watched: Sequence[Span], ignored: Sequence[Span] = ()
) -> Evaluation:
    """Return how well `alarms` fit `labels`.

    An alarm belongs to the crisis in whose span it falls. Every other alarm in the watched time is false, also one on
    a harmless peak; in a span that is ignored or unclear it counts neither way, and that time is not counted as
    watched. Spans of `watched` must not overlap, nor those of `ignored` with one another or with labels.
    """
    told = sorted(alarms, key=lambda alarm: (alarm.at, alarm.brand))
    crises = [label for label in labels if label.kind == "crisis"]
    apart = [*ignored, *(label.span for label in labels if label.kind != "harmless")]
    false = [
        alarm
        for alarm in told
        if any(span.holds(alarm) for span in watched) and not any(span.holds(alarm) for span in apart)
    ]
    total = sum(span.end - span.start for span in watched)
    left_out = sum(span.shares(other) for span in watched for other in apart)
    return Evaluation(tuple(_outcome(label, told) for label in crises), tuple(false), total - left_out)


def _outcome(label: Label, told: list[Alarm]) -> Outcome:
    inside = [alarm for alarm in told if label.span.holds(alarm)]
    delay = (inside[0].at - label.span.start) / MINUTE if inside else None
    return Outcome(label.name, delay, len(inside))
