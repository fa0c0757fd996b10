"""Evidence of a finding: the figures of its window, and what of it came late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.model.signal import Evidence
from detectors.windows.buckets import COPIES, MAX_SLIDING, MENTIONS, MINUTE, NEGATIVE, NO_COUNTS
from detectors.windows.late_mentions import late_within

if TYPE_CHECKING:
    from detectors.model.finding import Finding
    from detectors.view import BrandView

_LATE_COUNTS: Final = {"mentions": "mentions", "negative mentions": "negative"}
"""Metric → the late mentions that it counts."""


def evidence_of(view: BrandView, finding: Finding) -> Evidence:
    """Return the figures of a finding at the view's minute."""
    first = view.window_start(finding.window) if finding.first_minute is None else finding.first_minute
    counts = view.window(finding.window) if finding.first_minute is None else NO_COUNTS
    recent = view.window(min(finding.window, MAX_SLIDING))
    copies = recent[COPIES] / recent[MENTIONS] if recent[MENTIONS] else 0.0
    return Evidence(
        window_start=first * MINUTE,
        window_end=(view.minute + 1) * MINUTE,
        metric=finding.metric,
        observed=float(finding.observed),
        expected=None if finding.expected is None else float(finding.expected),
        threshold=float(finding.threshold),
        mentions=counts[MENTIONS],
        negative=counts[NEGATIVE],
        history=view.baseline.history,
        extra={"copies": copies, "five_authors": view.top_author_share(), **finding.extra, **_late(view, finding)},
    )


def _late(view: BrandView, finding: Finding) -> dict[str, float]:
    """Return what an alert says of late mentions where they are most of what it counts: how many, of when, and when."""
    late = late_within(view.minutes, view.minute, finding.window) if finding.metric in _LATE_COUNTS else None
    count = 0 if late is None else getattr(late, _LATE_COUNTS[finding.metric])
    if late is None or 2 * count < finding.observed:
        return {}
    instants = {"late_from": late.first, "late_to": late.last + 1, "late_arrived": late.arrived}
    return {"late": float(count)} | {name: float(minute * MINUTE) for name, minute in instants.items()}
