"""Findings: what one detector's signals add up to, and which finding is the primary one."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts.incidents.model import RECENT_VALUES_LIMIT, Finding, is_topic, rank
from detectors.model.signal import Contributors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alerts.incidents.model import Incident
    from detectors.model.crowd import Crowd
    from detectors.model.signal import Evidence, Signal
    from detectors.model.topic import MentionWords, Topic

CURRENT: Final = 15 * 60_000
"""How far (ms) a finding may be behind the latest one and still tell of the present."""


def create(signal: Signal) -> Finding:
    """Return the finding of the first signal of a detector."""
    evidence = signal.evidence
    return Finding(
        signal=signal,
        first_seen_at=signal.start,
        peak=evidence,
        peak_at=signal.at,
        last_notified={measure_key(evidence): evidence.observed},
        recent_values=((signal.at, excess_ratio(evidence)),),
    )


def merge(finding: Finding, signal: Signal) -> Finding:
    """Return the finding with a further signal; one older than the latest changes only start, peak, recent values."""
    evidence = signal.evidence
    higher = (excess_ratio(evidence), evidence.observed) > (
        excess_ratio(finding.peak),
        finding.peak.observed,
    )
    return Finding(
        signal=_later(finding.signal, signal),
        first_seen_at=min(finding.first_seen_at, signal.start),
        peak=evidence if higher else finding.peak,
        peak_at=signal.at if higher else finding.peak_at,
        last_notified={measure_key(evidence): evidence.observed} | finding.last_notified,
        recent_values=tuple(
            sorted({*finding.recent_values, (signal.at, excess_ratio(evidence))})[-RECENT_VALUES_LIMIT:]
        ),
    )


def _later(one: Signal, other: Signal) -> Signal:
    """Return the later of two signals; contributors, timeline and coverage are kept when the later one has none."""
    later, earlier = (other, one) if _order(other) > _order(one) else (one, other)
    return replace(
        later,
        topic=later.topic or earlier.topic,
        words=later.words or earlier.words,
        contributors=earlier.contributors if later.contributors == Contributors() else later.contributors,
        timeline=later.timeline or earlier.timeline,
        coverage=later.coverage or earlier.coverage,
        crowd=_larger(later, earlier),
    )


def _larger(later: Signal, earlier: Signal) -> Crowd | None:
    """Return the crowd of most mentions, of equals the later one: what it was at its peak stays."""
    known = [one.crowd for one in (later, earlier) if one.crowd is not None]
    return max(known, key=lambda crowd: crowd.mentions, default=None)


def _order(signal: Signal) -> tuple[int, int, int]:
    return signal.at, signal.start, signal.revision


def measure_key(evidence: Evidence) -> str:
    """Return what a figure counts over which length of time: only figures with the same key can double.

    Lengths count as the same up to the nearest power of two, since a long window grows and shrinks within the hour.
    """
    minutes = max(1, (evidence.window_end - evidence.window_start) // 60_000)
    return f"{evidence.metric}/{2 ** round(log2(minutes))}m"


def has_doubled(finding: Finding) -> bool:
    """Tell whether the figure is twice the last one notified with that key."""
    evidence = finding.signal.evidence
    return 0 < 2 * finding.last_notified[measure_key(evidence)] <= evidence.observed


def mark_notified(findings: dict[str, Finding]) -> dict[str, Finding]:
    """Return the findings with the current figures as notified: the next doubling counts from here."""
    return {name: _mark_notified(finding) for name, finding in findings.items()}


def _mark_notified(finding: Finding) -> Finding:
    evidence = finding.signal.evidence
    key = measure_key(evidence)
    return replace(
        finding, last_notified=finding.last_notified | {key: max(finding.last_notified[key], evidence.observed)}
    )


def excess_ratio(evidence: Evidence) -> float:
    """Return observed ÷ expected; ÷ threshold while the expected value is unknown.

    An expected value below one mention, or one per cent, counts as that much, so that the ratio stays finite.
    """
    usual = evidence.expected if evidence.expected is not None else evidence.threshold
    return evidence.observed / max(usual, 0.01 if evidence.metric.endswith("share") else 1.0)


def primary(findings: Iterable[Finding]) -> Finding:
    """Return the finding that heads the message: the most severe, then the furthest from usual, then by name."""
    return min(
        findings,
        key=lambda f: (-rank(f.signal.severity), -excess_ratio(f.signal.evidence), f.signal.detector),
    )


def leading(incident: Incident) -> Finding:
    """Return the finding that tells of the present: the primary one of those that are up to date.

    A detector that has been quiet for longer than CURRENT still says what it found then.
    """
    latest = max(finding.signal.at for finding in incident.findings.values())
    return primary(one for one in incident.findings.values() if one.signal.at >= latest - CURRENT)


def topic_of(incident: Incident) -> Topic | None:
    """Return what an incident is about: the topic that leads its findings, else one that they name; None without any.

    The most severe topic goes first, then the one of most authors, then the earlier one.
    """
    findings = [one for one in incident.findings.values() if one.signal.topic is not None]
    if not findings:
        return None
    own = [one for one in findings if is_topic(one.signal)] or findings
    lead = max(own, key=lambda one: (rank(one.signal.severity), _authors(one), -one.first_seen_at))
    return lead.signal.topic


def words_of(incident: Incident) -> MentionWords | None:
    """Return the words of an incident's mentions, those of the primary finding first; None where a topic is known."""
    if topic_of(incident) is not None:
        return None
    known = [one for one in incident.findings.values() if one.signal.words is not None]
    return primary(known).signal.words if known else None


def crowd_of(incident: Incident) -> Crowd | None:
    """Return who wrote the mentions of an incident: of its primary finding that counts them, else of its topic."""
    known = [one for one in incident.findings.values() if one.signal.crowd is not None]
    counted = [one for one in known if not is_topic(one.signal)]
    return primary(counted or known).signal.crowd if known else None


def _authors(finding: Finding) -> int:
    return finding.signal.topic.authors if finding.signal.topic else 0


def map_signals(incident: Incident, change: Callable[[Signal], Signal]) -> Incident:
    """Return an incident with the signals of its findings changed; the same object where all stay the same."""
    findings = {
        name: found if (signal := change(found.signal)) is found.signal
        else replace(found, signal=signal)
        for name, found in incident.findings.items()
    }  # fmt: skip
    unchanged = all(findings[name] is found for name, found in incident.findings.items())
    return incident if unchanged else replace(incident, findings=findings)
