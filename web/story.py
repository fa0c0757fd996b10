"""What is there to see of one incident? The line, what was found, who drives it, and who did what when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts import wording
from alerts.escape import clean
from alerts.findings import leading
from alerts.incident import TOCSIN
from web.overview import named
from web.wording import WORDS, clock, say

if TYPE_CHECKING:
    from alerts.incident import Entry, Finding, Incident
    from config.brand import Brand
    from detectors.wording import Language

_SCHEMES: Final = ("https://", "http://")
_DETECTORS: Final = frozenset({"new_detector", "broke_again"})
"""What the history says with a detector's name."""


class Fact(NamedTuple):
    """What one detector found, in words."""

    detector: str
    now: str
    peak: str
    peak_at: str


class Said(NamedTuple):
    """A mention, as it was written."""

    text: str
    author: str
    channel: str
    at: str
    url: str  # "" where it is no address to be followed


class Happened(NamedTuple):
    """One line of the history."""

    at: str
    iso: int
    who: str
    what: str
    by_person: bool


class Story(NamedTuple):
    """An incident in words."""

    line: str
    facts: list[Fact]
    drivers: list[tuple[str, list[tuple[str, str]]]]
    examples: list[Said]
    history: list[Happened]
    span: str
    verdict: str


def story(incident: Incident, brand: Brand, language: Language) -> Story:
    """Return what the page of an incident tells."""
    first = leading(incident.findings.values())
    found = [first, *(one for one in incident.findings.values() if one is not first)]
    return Story(
        line=wording.line(incident, language),
        facts=[_fact(incident, one, brand, language) for one in found],
        drivers=_drivers(found, language),
        examples=_examples(found, brand),
        history=[_happened(one, brand, language) for one in reversed(incident.history)],
        span=_span(incident, brand, language),
        verdict=say(language, f"verdict_{incident.verdict}") if incident.verdict else "",
    )


def _span(incident: Incident, brand: Brand, language: Language) -> str:
    start = clock(incident.opened_at, brand.timezone)
    if incident.resolved_at is None:
        return say(language, "since", at=start)
    return say(language, "lasted", start=start, end=clock(incident.resolved_at, brand.timezone))


def _fact(incident: Incident, finding: Finding, brand: Brand, language: Language) -> Fact:
    return Fact(
        finding.signal.detector.replace("_", " "),
        wording.of_brand(incident, finding, wording.present(finding, language), language),
        wording.peak(finding, language),
        clock(finding.peak_at, brand.timezone),
    )


def _drivers(found: list[Finding], language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the drivers of the finding that leads."""
    drivers = next((one.signal.drivers for one in found if one.signal.drivers.channels), None)
    if drivers is None:
        return []
    groups = {
        "channels": [(clean(name), str(count)) for name, count in drivers.channels],
        "terms": [(clean(name), str(count)) for name, count in drivers.terms],
        "authors": [(clean(name) or "?", str(count)) for name, count, _ in drivers.authors],
    }
    return [(say(language, key), items) for key, items in groups.items() if items]


def _examples(found: list[Finding], brand: Brand) -> list[Said]:
    known = {(one.text, one.author): one for finding in found for one in finding.signal.drivers.examples}
    return [
        Said(
            clean(one.text),
            clean(one.author) or "?",
            clean(one.channel),
            clock(one.published, brand.timezone),
            one.url if one.url.startswith(_SCHEMES) else "",
        )
        for one in known.values()
    ]


def _happened(entry: Entry, brand: Brand, language: Language) -> Happened:
    text = clean(entry.text)
    if entry.what == "raised_severity":
        text = WORDS[language].get(entry.text, text).lower()
    return Happened(
        clock(entry.at, brand.timezone),
        entry.at,
        "Tocsin" if entry.who == TOCSIN else named(entry.who, brand),
        say(language, f"what_{entry.what}", text=text.replace("_", " ") if entry.what in _DETECTORS else text),
        entry.who != TOCSIN,
    )
