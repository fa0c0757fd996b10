"""Small print of a card: what came late, from which threshold it fires, which sources are heard, what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.findings import measure_key
from alerts.incidents.model import BY_HAND, is_topic
from alerts.rendering import text as wording
from alerts.rendering.contributor_part import ITEM_CHARS, LISTED
from alerts.rendering.rich_text import RichText, fill_message, join, plain, time
from alerts.rendering.topic_part import paging_reason
from detectors.model.signal_text import format_number, format_percent

if TYPE_CHECKING:
    from alerts.incidents.model import Finding, Incident
    from alerts.rendering.route import Route
    from detectors.model.signal import Coverage
    from detectors.model.signal_text import Language

_TIME: Final = "{time}"
SOURCES_CHARS: Final = 200


def build_notes(incident: Incident, lead: Finding, route: Route, language: Language) -> tuple[RichText, ...]:
    """Return the small print: what came late, from which threshold it fires, and how many sources are heard."""
    notes = [_late(lead, language)] if "late" in lead.signal.evidence.extra else []
    if incident.status != "resolved" and not incident.kind and lead.signal.detector != BY_HAND:
        topic = lead.signal.topic if is_topic(lead.signal) else None
        notes.append(plain(paging_reason(topic, language)) if topic else _counterfactual(lead, language))
    if lead.signal.coverage is not None:
        notes.append(_coverage(lead.signal.coverage, language))
    if route.sources:
        notes.append(plain(route.sources, SOURCES_CHARS))
    if incident.deleted:
        notes.append(deletions_text(incident.deleted, language))
    return tuple(notes)


def deletions_text(count: int, language: Language) -> RichText:
    """Return that mentions were deleted since, whose texts are gone and whose counts stay."""
    return fill_message(language, "deleted" if count > 1 else "deleted_one", count=format_number(count, language))


def _late(lead: Finding, language: Language) -> RichText:
    extra = lead.signal.evidence.extra
    names = {"start": "late_from", "end": "late_to", "moment": "late_arrived"}
    moments = {name: time(int(extra[key]), _TIME) for name, key in names.items()}
    return fill_message(language, "late_note", count=format_number(extra["late"], language), **moments)


def _counterfactual(lead: Finding, language: Language) -> RichText:
    """Return from which value it fires, and the highest one so far that the same threshold was compared with."""
    now, peak = lead.signal.evidence, lead.peak
    same = (measure_key(now), now.threshold) == (measure_key(peak), peak.threshold)
    highest = max(now.observed, peak.observed) if same else now.observed
    threshold = wording.threshold_text(now, language)
    if highest < now.threshold:
        return fill_message(language, "fires_from", threshold=threshold)
    return fill_message(
        language, "fires_until", threshold=threshold, highest=wording.figure_text(now, highest, language)
    )


def _coverage(coverage: Coverage, language: Language) -> RichText:
    heard = format_percent(coverage.live_share, language)
    text = fill_message(language, "coverage", live=coverage.live, total=coverage.total, heard=heard)
    if not coverage.silent:
        return text
    names = join((plain(name, ITEM_CHARS) for name in coverage.silent[:LISTED]), ", ")
    return text + plain("; ") + fill_message(language, "silent", names=names)
