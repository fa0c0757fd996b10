"""Incident report: one HTML file, charts inlined, nothing fetched, all text from outside escaped."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from alerts.rendering import text as wording
from alerts.rendering.crowd_part import build_crowd
from alerts.rendering.escaping import clean
from alerts.rendering.topic_part import about_text, category_names, quoted_words, topic_and_categories
from detectors.model.signal import SEVERITIES
from detectors.model.signal_text import format_number, format_percent
from detectors.registry import label
from replay.report.annotations import annotate
from replay.report.layout import clock, page
from replay.report.locale import WORDS
from replay.report.series import to_csv
from replay.report.story import first_answer, peak_of
from replay.report.timeline import SIGNS, detectors_chart, mentions_chart, panel_title, timeline
from replay.report.what_if import TOGETHER

if TYPE_CHECKING:
    from config.brands.model import Language
    from replay.player.result import IncidentTimeline
    from replay.report.annotations import Annotation
    from replay.report.data import ReportData
    from replay.report.threshold_distance import DetectorLevel, Observation
    from replay.report.what_if import Slider

OPENED: Final = 4
"""Openings that a setting names one by one."""

ROWS: Final = 60
"""Rows of the table behind the chart: the busiest stretches."""


class Publisher(NamedTuple):
    """Whose report it is, for the head of the page."""

    agency: str = ""
    client: str = ""
    logo: str = ""  # a data: address


def render(facts: ReportData, language: Language, publisher: Publisher | None = None) -> str:
    """Return the page; instants are those of the brand's time zone."""
    words, zone = _words_of(facts, language), facts.brand.timezone
    marks = annotate(facts.notifications, language, zone, facts.lived_incident)
    short = facts.crisis is not facts.series and facts.crisis.times != facts.times
    return page(
        "report.html.j2",
        language,
        words=words,
        clock=partial(clock, zone=zone),
        publisher=publisher or Publisher(),
        title=words["title"].format(brand=facts.brand.name),
        summary=summary(facts, language),
        facts=facts,
        timeline=timeline(facts, facts.crisis if short else facts.series, marks, words),
        whole=mentions_chart(facts.series, words, zone) if short else None,
        detectors=detectors_chart(facts, language, words),
        table=b64encode(to_csv(facts.series, facts.levels, zone).encode("utf-8-sig")).decode(),
        busiest=_busiest(facts, language),
        near=[_near(level, language, words, zone) for level in facts.levels],
        annotations=marks,
        figures=_figures(facts, language, words),
        incidents=_incidents(facts, language, words),
        crowds=_crowds(facts, language),
        signs=SIGNS,
        severities={severity: wording.translate(language, severity) for severity in SEVERITIES},
        unattended=_unattended(facts, marks, words),
        sliders=[_slider(slider, language, words, zone) for slider in facts.sliders],
        number=partial(format_number, language=language),
    )


def _words_of(facts: ReportData, language: Language) -> dict[str, str]:
    """Return the texts, with the time zone of the brand set in."""
    zone = facts.brand.timezone
    named = {key: WORDS[language][key].replace("{zone}", zone) for key in ("time", "print")}
    return WORDS[language] | named


def summary(facts: ReportData, language: Language) -> str:
    """Return the summary in one paragraph: how much, the most severe moment, what it was about, who answered."""
    words, outcome, zone = WORDS[language], facts.outcome, facts.brand.timezone
    span = {"since": clock(outcome.since, zone), "until": clock(outcome.until, zone), "brand": facts.brand.name}
    mentions = format_number(outcome.mentions, language)
    if facts.focus is None:
        return words["none"].format(mentions=mentions, **span)
    course = facts.focus
    peak = peak_of(course.incident, language)
    text = words["some"].format(
        mentions=mentions,
        incidents=_counted(len(facts.courses), words, "incident"),
        pages=_counted(sum(one.pages for one in facts.courses), words, "page"),
        severity=wording.translate(language, course.severity).lower(),
        opened=clock(course.opened_at, zone),
        at=clock(peak.at, zone),
        peak=peak.text,
        **span,
    )
    if course.topic is not None:
        text += words["about"].format(topic=topic_and_categories(course.topic, language))
    elif course.words is not None:
        text += words["about_words"].format(words=quoted_words(course.words, language))
    for reason in ("acknowledged", "official_reply"):
        answer = first_answer(facts, course, reason)
        if answer is not None:
            waited = wording.format_duration(answer.at - course.opened_at, language)
            text += words[reason].format(who=answer.who, span=waited)
    until = course.open_periods[-1].until
    if until is None:
        return text + words["open"]
    return text + words["over"].format(span=wording.format_duration(until - course.opened_at, language))


def _figures(facts: ReportData, language: Language, words: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the figures to be seen at a glance: what, how much, and of what."""
    found = [
        (words["incidents"], str(len(facts.courses)), ""),
        (words["pages"], str(sum(course.pages for course in facts.courses)), ""),
    ]
    if facts.focus is None:
        return found
    course, until = facts.focus, facts.focus.open_periods[-1].until
    taken = first_answer(facts, course, "acknowledged")
    called = words["never"] if course.pages else "–"
    waited = called if taken is None else wording.format_duration(taken.at - course.opened_at, language)
    lasted = words["still"] if until is None else wording.format_duration(until - course.opened_at, language)
    severity = wording.translate(language, course.severity)
    peak = max(zip(facts.mentions, facts.times, strict=True))
    at = clock(peak[1], facts.brand.timezone)
    return [
        *found,
        (words["most_severe"], severity, ""),
        (words["waited"], waited, "" if taken is None else taken.who),
        (words["lasted"], lasted, ""),
        (words["busiest"].format(step=facts.step), format_number(peak[0], language), at),
        *_topic_figure(course, language, words),
    ]


def _topic_figure(course: IncidentTimeline, language: Language, words: dict[str, str]) -> list[tuple[str, str, str]]:
    topic = course.topic
    if topic is None:
        return [(words["words"], quoted_words(course.words, language), "")] if course.words else []
    label = wording.translate(language, "quoted", text=clean(topic.label))
    return [(words["topic"], label, ", ".join(category_names(topic, language)))]


def _incidents(facts: ReportData, language: Language, words: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """Return when each incident opened, its severity, its topic or words, and when it was resolved.

    None where there is one.
    """
    if len(facts.courses) <= 1:
        return []
    return [
        (
            clock(course.opened_at, facts.brand.timezone),
            course.severity,
            about_text(course.topic, course.words, language) or "–",
            clock(course.open_periods[-1].until, facts.brand.timezone)
            if course.open_periods[-1].until
            else words["still"],
        )
        for course in facts.courses
    ]


def _crowds(facts: ReportData, language: Language) -> list[tuple[str, list[str]]]:
    """Return when each incident opened, and what is known of who wrote its mentions."""
    known = [(course.opened_at, build_crowd(course.incident, language)) for course in facts.courses]
    zone = facts.brand.timezone
    return [(clock(at, zone), ["".join(span.text for span in line) for line in lines]) for at, lines in known if lines]


def _counted(count: int, words: dict[str, str], what: str) -> str:
    return words[f"one_{what}" if count == 1 else f"many_{what}"].format(count=count)


def _busiest(facts: ReportData, language: Language) -> list[tuple[str, str, str]]:
    """Return the busiest steps of the crisis, in order of time."""
    shown = facts.crisis
    rows = sorted(zip(shown.mentions, shown.times, shown.negative, strict=True), reverse=True)[:ROWS]
    return [
        (clock(at, facts.brand.timezone), format_number(count, language), format_number(bad, language))
        for count, at, bad in sorted(rows, key=lambda row: row[1])
    ]


def _near(level: DetectorLevel, language: Language, words: dict[str, str], zone: str) -> tuple[str, str, str, str, str]:
    seen = level.nearest
    values = (_figure(seen, seen.observed, language), _figure(seen, seen.level, language))
    held = seen.observed >= seen.level and not seen.fires
    part = words["held"] if held else format_percent(seen.nearness, language)
    return (panel_title(level, language, words), clock(level.at, zone), *values, part)


def _figure(seen: Observation, value: float, language: Language) -> str:
    return format_percent(value, language) if seen.metric.endswith("share") else format_number(value, language)


def _unattended(facts: ReportData, marks: list[Annotation], words: dict[str, str]) -> str:
    """Return why no act is marks, where none is."""
    if any(mark.who for mark in marks):
        return ""
    return words["nobody_acted"].format(why=words["why_recording" if facts.origin.recorded else "why_files"])


def _slider(slider: Slider, language: Language, words: dict[str, str], zone: str) -> dict[str, Any]:
    rows = [
        {
            "value": one.value + (f" ({words['today']})" if one.today else ""),
            "incidents": len(one.opened),
            "pages": one.pages,
            "opened": [clock(at, zone) for at in one.opened[:OPENED]] or [words["nothing"]],
            "more": f"+ {len(one.opened) - OPENED}" if len(one.opened) > OPENED else "",
            "against": words["same"] if one.today else one.preview.sentence(language, ZoneInfo(zone)),
        }
        for one in slider.settings
    ]
    return {
        "name": _named(slider.name, language),
        "rows": rows,
        "today": [one.today for one in slider.settings].index(True),
    }


def _named(name: str, language: Language) -> str:
    """Return what a threshold is called: in words, with its path in the configuration."""
    words = WORDS[language]
    if name == TOGETHER:
        return words["slider_together"]
    part = name.split(".")[1]
    return f"{label(part, language) or words.get(f'slider_{part}', part)} ({name})"
