"""Details of one incident in words: detections, contributors, examples and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.findings import primary
from alerts.incidents.model import SYSTEM_USER
from alerts.rendering import text as wording
from alerts.rendering.escaping import clean
from tocsin.web.pages.overview import display_name
from tocsin.web.text import MESSAGES, format_time, translate

if TYPE_CHECKING:
    from alerts.incidents.model import Finding, HistoryEntry, Incident
    from config.brands.model import Brand
    from detectors.model.text import Language

_SCHEMES: Final = ("https://", "http://")
_DETECTOR_REASONS: Final = frozenset({"new_detector", "broke_again"})
"""Reasons whose text in the history is a detector."""


class Fact(NamedTuple):
    """What one detector found, in words."""

    detector: str
    now: str
    peak: str
    peak_at: str


class ExampleView(NamedTuple):
    """An example mention."""

    text: str
    author: str
    channel: str
    at: str
    url: str  # "" where it is no address to be followed


class HistoryView(NamedTuple):
    """One line of the timeline."""

    at: str
    iso: int
    who: str
    what: str
    by_person: bool


class IncidentDetails(NamedTuple):
    """An incident in words."""

    headline: str
    facts: list[Fact]
    drivers: list[tuple[str, list[tuple[str, str]]]]
    examples: list[ExampleView]
    history: list[HistoryView]
    duration: str
    verdict: str


def incident_details(incident: Incident, brand: Brand, language: Language) -> IncidentDetails:
    """Return an incident's details in words."""
    first = primary(incident.findings.values())
    found = [first, *(one for one in incident.findings.values() if one is not first)]
    return IncidentDetails(
        headline=wording.headline(incident, language),
        facts=[_fact(incident, one, brand, language) for one in found],
        drivers=_drivers(found, language),
        examples=_examples(found, brand),
        history=[_history_view(one, brand, language) for one in reversed(incident.history)],
        duration=_duration(incident, brand, language),
        verdict=translate(language, f"verdict_{incident.verdict}") if incident.verdict else "",
    )


def _duration(incident: Incident, brand: Brand, language: Language) -> str:
    start = format_time(incident.opened_at, brand.timezone)
    if incident.resolved_at is None:
        return translate(language, "since", at=start)
    return translate(language, "lasted", start=start, end=format_time(incident.resolved_at, brand.timezone))


def _fact(incident: Incident, finding: Finding, brand: Brand, language: Language) -> Fact:
    return Fact(
        finding.signal.detector.replace("_", " "),
        wording.with_brand(incident, finding, wording.current_text(finding, language), language),
        wording.peak_text(finding, language),
        format_time(finding.peak_at, brand.timezone),
    )


def _drivers(found: list[Finding], language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the contributors of the primary finding."""
    drivers = next((one.signal.contributors for one in found if one.signal.contributors.channels), None)
    if drivers is None:
        return []
    groups = {
        "channels": [(clean(name), str(count)) for name, count in drivers.channels],
        "terms": [(clean(name), str(count)) for name, count in drivers.terms],
        "authors": [(clean(name) or "?", str(count)) for name, count, _ in drivers.authors],
    }
    return [(translate(language, key), items) for key, items in groups.items() if items]


def _examples(found: list[Finding], brand: Brand) -> list[ExampleView]:
    known = {(one.text, one.author): one for finding in found for one in finding.signal.contributors.examples}
    return [
        ExampleView(
            clean(one.text),
            clean(one.author) or "?",
            clean(one.channel),
            format_time(one.published, brand.timezone),
            one.url if one.url.startswith(_SCHEMES) else "",
        )
        for one in known.values()
    ]


def _history_view(entry: HistoryEntry, brand: Brand, language: Language) -> HistoryView:
    text = clean(entry.text)
    if entry.reason == "raised_severity":
        text = MESSAGES[language].get(entry.text, text).lower()
    return HistoryView(
        format_time(entry.at, brand.timezone),
        entry.at,
        "Tocsin" if entry.actor == SYSTEM_USER else display_name(entry.actor, brand),
        translate(
            language, f"what_{entry.reason}", text=text.replace("_", " ") if entry.reason in _DETECTOR_REASONS else text
        ),
        entry.actor != SYSTEM_USER,
    )
