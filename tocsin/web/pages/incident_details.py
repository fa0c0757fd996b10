"""Details of one incident in words: topic, detections, contributors, examples and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from alerts.incidents.findings import crowd_of, primary, topic_of, words_of
from alerts.incidents.model import BY_HAND, SYSTEM_USER, is_topic
from alerts.rendering import text as wording
from alerts.rendering.card import build_card
from alerts.rendering.charts import chart_data, chart_svg
from alerts.rendering.crowd_part import build_crowd
from alerts.rendering.escaping import clean
from alerts.rendering.notes_part import deletions_text
from alerts.rendering.topic_part import build_topic, quoted_texts, topic_terms
from alerts.rendering.words_part import build_words, quoted_example
from config.brands.on_call import route
from detectors.model.signal import Contributors
from detectors.registry import label
from tocsin.web.pages.overview import NOBODY, Names, display_name
from tocsin.web.text import MESSAGES, format_clock, format_time, translate

if TYPE_CHECKING:
    from alerts.incidents.model import Finding, HistoryEntry, Incident
    from alerts.rendering.rich_text import RichText, Span
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
    status: Runs  # how it goes, and who has it
    calls: Runs  # who is paged now and next
    moves: list[Runs]  # what to do first
    notes: list[Runs]  # from which threshold it fires
    chart: str  # SVG; "" where there is none
    legend: str
    topic: TopicView | None
    facts: list[Fact]
    crowd: list[Runs]
    accounts: list[tuple[str, str]]  # the busiest ones that are named, each with its mentions
    drivers: list[tuple[str, list[tuple[str, str]]]]
    examples: list[ExampleView]
    history: list[HistoryView]
    replied: bool  # the official reply is marked as posted
    deleted: str  # how many of its mentions were deleted since


def incident_details(
    incident: Incident, brand: Brand, language: Language, now: int, names: Names = NOBODY
) -> IncidentDetails:
    """Return an incident's details in words, as of an instant (ms); `names` are those of people in Slack."""
    current = replace(incident, updated_at=max(now, incident.updated_at))
    card = build_card(current, replace(route(brand, now, ""), language=language), page=False, edit=True)
    chart, legend = _chart(incident, brand, language)
    first = primary(incident.findings.values())
    found = [first, *(one for one in incident.findings.values() if one is not first)]
    return IncidentDetails(
        headline=wording.headline(incident, language),
        status=_runs(card.status, brand, names),
        calls=_runs(card.calls, brand, names),
        moves=[_runs(move, brand) for move in card.moves],
        notes=[_runs(note, brand) for note in card.notes],
        chart=chart,
        legend=legend,
        topic=_topic_view(incident, brand, language),
        facts=[_fact(incident, one, brand, language) for one in found],
        crowd=[_runs(line, brand) for line in build_crowd(incident, language)],
        accounts=_accounts(incident),
        drivers=_drivers(incident, found, language),
        examples=_examples(incident, found, brand),
        history=[_history_view(one, brand, language, names) for one in reversed(incident.history)],
        replied=incident.official_reply_at is not None,
        deleted="".join(span.text for span in deletions_text(incident.deleted, language)) if incident.deleted else "",
    )


def _chart(incident: Incident, brand: Brand, language: Language) -> tuple[str, str]:
    """Return the chart of the last hours and what its bars and lines are."""
    found = chart_data.chart_data(incident)
    if found is None:
        return "", ""
    timeline, evidence = found
    legend = wording.translate(language, "chart_title", step=timeline.step // 60_000)
    return chart_svg.draw(timeline, evidence, chart_data.alt(timeline, language), brand.timezone), legend


def _fact(incident: Incident, finding: Finding, brand: Brand, language: Language) -> Fact:
    return Fact(
        detector_name(finding.signal.detector, language),
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


def _runs(text: RichText, brand: Brand, names: Names = NOBODY) -> Runs:
    """Return rich text for the page: an instant in the brand's time zone, a person by name, a link with its address."""
    return [_run(span, brand, names) for span in text]


def _run(span: Span, brand: Brand, names: Names) -> tuple[str, str]:
    match span.style:
        case "time":
            return "plain", (format_clock if span.text == "{time}" else format_time)(span.at, brand.timezone)
        case "mention":
            return "bold", display_name(span.text.lstrip("@"), brand, names)
        case "link":
            return span.target, span.text
    return span.style, span.text


def _accounts(incident: Incident) -> list[tuple[str, str]]:
    """Return the accounts that the counterfactual leaves out, as far as they are named."""
    crowd = crowd_of(incident)
    return [(clean(name), str(count)) for name, count in crowd.busiest if name] if crowd else []


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


def _history_view(entry: HistoryEntry, brand: Brand, language: Language, names: Names) -> HistoryView:
    text = clean(entry.text)
    if entry.reason == "raised_severity":
        text = MESSAGES[language].get(entry.text, text).lower()
    elif entry.reason in _DETECTOR_REASONS:
        text = detector_name(text, language)
    elif entry.reason == "assigned":
        text = display_name(text, brand, names)
    return HistoryView(
        format_time(entry.at, brand.timezone),
        entry.at,
        "Tocsin" if entry.actor == SYSTEM_USER else display_name(entry.actor, brand, names),
        translate(
            language,
            f"what_{entry.reason}",
            text=detector_name(text, language) if entry.reason in _DETECTOR_REASONS else text,
        ),
        entry.actor != SYSTEM_USER,
    )


def detector_name(key: str, language: Language) -> str:
    """Return what the detector of a finding's key finds, in words.

    >>> detector_name("topic_burst#3", "en"), detector_name("negative_spike@acme", "fr")
    ('Many write about the same thing', 'Plus de mentions négatives que d’habitude')
    """
    name = key.partition("#")[0].partition("@")[0]
    if name == BY_HAND:
        return translate(language, "by_hand")
    return label(name, language) or name.replace("_", " ")
