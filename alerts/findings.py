"""What do a detector's signals add up to, and which finding leads?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec.structs import replace

from alerts.incident import TRAIL_LIMIT, Finding, rank
from detectors.signal import Drivers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.signal import Evidence, Signal


def begin(signal: Signal) -> Finding:
    """Return what the first signal of a detector says."""
    observed = signal.evidence.observed
    return Finding(
        signal=signal,
        since=signal.start,
        peak=observed,
        peak_at=signal.at,
        told=observed,
        trail=((signal.at, observed),),
    )


def merge(finding: Finding, signal: Signal) -> Finding:
    """Fold a further signal in; one that is older than the latest changes start, peak and trail only."""
    observed = signal.evidence.observed
    higher = observed > finding.peak
    return Finding(
        signal=_later(finding.signal, signal),
        since=min(finding.since, signal.start),
        peak=observed if higher else finding.peak,
        peak_at=signal.at if higher else finding.peak_at,
        told=finding.told,
        trail=tuple(sorted({*finding.trail, (signal.at, observed)})[-TRAIL_LIMIT:]),
    )


def _later(one: Signal, other: Signal) -> Signal:
    """Return the later of two signals; what drives it stays known when the later one does not say."""
    later, earlier = (other, one) if _order(other) > _order(one) else (one, other)
    return replace(later, drivers=earlier.drivers) if later.drivers == Drivers() else later


def _order(signal: Signal) -> tuple[int, int, int]:
    return signal.at, signal.start, signal.revision


def doubled(finding: Finding) -> bool:
    """Tell whether the figure is twice what was last told."""
    return finding.told > 0 and finding.signal.evidence.observed >= 2 * finding.told


def retold(findings: dict[str, Finding]) -> dict[str, Finding]:
    """Return the findings with the present figures as those told: the next doubling counts from here."""
    return {
        name: replace(finding, told=max(finding.told, finding.signal.evidence.observed))
        for name, finding in findings.items()
    }


def ratio(evidence: Evidence) -> float:
    """Return how many times the usual was observed; against the threshold while the usual is unknown."""
    usual = evidence.expected if evidence.expected is not None else evidence.threshold
    return evidence.observed / usual if usual > 0 else math.inf if evidence.observed > 0 else 0.0


def leading(findings: Iterable[Finding]) -> Finding:
    """Return the finding that heads the message: the gravest, then the furthest from usual, then by name."""
    return min(findings, key=lambda f: (-rank(f.signal.severity), -ratio(f.signal.evidence), f.signal.detector))
