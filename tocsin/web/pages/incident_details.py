"""Details of one incident in words: topic, detections, contributors, examples and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.findings import primary, topic_of, words_of
from alerts.incidents.model import SYSTEM_USER, is_topic
from alerts.rendering import text as wording
from alerts.rendering.escaping import clean
from alerts.rendering.topic_part import build_topic, quoted_texts, topic_terms
from alerts.rendering.words_part import build_words, quoted_example
from detectors.model.signal import Contributors
from tocsin.web.pages.overview import display_name
from tocsin.web.text import MESSAGES, format_time, translate

if TYPE_CHECKING:
    from alerts.incidents.model import Finding, HistoryEntry, Incident
    from alerts.rendering.rich_text import RichText
    from config.brands.model import Brand
    from detectors.model.signal_text import Language

_SCHEMES: Final = ("https://", "http://")
_DETECTOR_REASONS: Final = frozenset({"new_detector", "broke_again"})
"""Reasons whose text in the history is a detector."""


Runs = list[tuple[str, str]]


class Fact(NamedTuple):
    """What one detector found, in words."""

    detector: str
    now: str
    peak: str  # "" of a topic, whose figures only grow
    peak_at: str


class TopicView(NamedTuple):
    """What an incident is about; each text is a list of runs, (style, text)."""

    title: str  # key of the heading: "topic", or "terms" where only the words of its mentions are known
    lines: list[Runs]
    copies: list[Runs]
    further: Runs


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
    topic: TopicView | None
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
        topic=_topic_view(incident, brand, language),
        facts=[_fact(incident, one, brand, language) for one in found],
        drivers=_drivers(incident, found, language),
        examples=_examples(incident, found, brand),
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
        "" if is_topic(finding.signal) else wording.peak_text(finding, language),
        format_time(finding.peak_at, brand.timezone),
    )


def _topic_view(incident: Incident, brand: Brand, language: Language) -> TopicView | None:
    """Return the topic, else the words of the mentions; what stands among the examples, with a link, is not quoted."""
    topic = build_topic(incident, language)
    part = topic or build_words(incident, language)
    if part is None:
        return None
    posts = part.posts if topic or quoted_example(incident) is None else ()
    lines = [_runs(text, brand) for text in (part.title, part.figures, *posts)]
    copies = [_runs(copy, brand) for copy in part.copies]
    return TopicView("topic" if topic else "terms", lines, copies, _runs(part.further, brand))


def _runs(text: RichText, brand: Brand) -> Runs:
    """Return rich text for the page; an instant is in the brand's time zone."""
    return [
        ("plain", format_time(span.at, brand.timezone)) if span.style == "time" else (span.style, span.text)
        for span in text
    ]


def _drivers(incident: Incident, found: list[Finding], language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the contributors of the primary finding; the words are those of the topic where one is known.

    The words of the mentions, where they are known, stand in the place of the topic.
    """
    topic = topic_of(incident)
    drivers = next((one.signal.contributors for one in found if one.signal.contributors.channels), Contributors())
    terms = [] if words_of(incident) else [(clean(name), str(count)) for name, count in drivers.terms]
    groups = {
        "channels": [(clean(name), str(count)) for name, count in drivers.channels],
        "terms": terms if topic is None else [(term, "") for term in topic_terms(incident, topic)],
        "authors": [(clean(name) or "?", str(count)) for name, count, _ in drivers.authors],
    }
    return [(translate(language, key), items) for key, items in groups.items() if items]


def _examples(incident: Incident, found: list[Finding], brand: Brand) -> list[ExampleView]:
    """Return the example mentions that the topic does not quote already."""
    topic = topic_of(incident)
    quoted = quoted_texts(topic) if topic else frozenset()
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
        if clean(one.text) not in quoted
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
            language, f"what_{entry.reason}", text=_detector(text) if entry.reason in _DETECTOR_REASONS else text
        ),
        entry.actor != SYSTEM_USER,
    )


def _detector(key: str) -> str:
    """Return the detector of a finding's key, in words.

    >>> _detector("topic_burst#3")
    'topic burst'
    """
    return key.partition("#")[0].replace("_", " ")
