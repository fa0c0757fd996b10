"""Data of an incident's chart: the timeline that it shows, its threshold, and the texts beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.findings import leading
from alerts.rendering.text import translate
from detectors.model.signal_text import format_number

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from detectors.model.signal import Evidence, Timeline
    from detectors.model.signal_text import Language

_HOUR: Final = 3_600_000
_LONGEST: Final = 3 * _HOUR
"""The longest window whose threshold can be spread over bars."""


def chart_data(incident: Incident) -> tuple[Timeline, Evidence] | None:
    """Return the timeline and evidence of the primary finding, or of the latest other finding that has a timeline."""
    found = [finding for finding in incident.findings.values() if finding.signal.timeline is not None]
    if not found:
        return None
    lead = leading(incident)
    chosen = lead if lead in found else max(found, key=lambda one: (one.signal.at, one.signal.detector))
    timeline = chosen.signal.timeline
    assert timeline is not None
    return timeline, chosen.signal.evidence


def threshold_per_step(timeline: Timeline, evidence: Evidence) -> float | None:
    """Return the count in each step at which the detector fires; None where it does not count mentions."""
    window = evidence.window_end - evidence.window_start
    if evidence.metric not in ("mentions", "negative mentions") or not 0 < window <= _LONGEST:
        return None
    return evidence.threshold * timeline.step / window if evidence.threshold > 0 else None


def alt(timeline: Timeline, language: Language) -> str:
    """Return the description of the chart for screen readers."""
    worst = max(range(len(timeline.negative)), key=lambda place: (timeline.negative[place], place))
    minutes = (len(timeline.negative) - 1 - worst) * timeline.step // 60_000
    return translate(
        language,
        "chart_alt",
        hours=len(timeline.mentions) * timeline.step // _HOUR,
        step=timeline.step // 60_000,
        mentions=format_number(max(timeline.mentions), language),
        negative=format_number(timeline.negative[worst], language),
        minutes=minutes,
    )
