"""Texts of figures, incidents and actions; the strings are in `alerts.rendering.locales`, one module a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.course import course_of
from alerts.incidents.findings import excess_ratio, leading, primary, topic_of, words_of
from alerts.incidents.model import BY_HAND, SOURCE_STOPPED, is_topic
from alerts.rendering.escaping import clean, clip, width
from alerts.rendering.locales import en, fr
from detectors.model.signal_text import format_number, format_percent, topic_line
from detectors.registry import BY_NAME, metric_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.incidents.course import Course
    from alerts.incidents.model import Finding, Incident, Notification
    from detectors.model.signal import Evidence
    from detectors.model.signal_text import Language
    from detectors.model.topic import MentionWords, Topic

HEADLINE_CHARS: Final = 110
BRAND_CHARS: Final = 40
TOPIC_CHARS: Final = 40
WORD_CHARS: Final = 40
REPORT_CHARS: Final = 80
SOURCE_CHARS: Final = 50
WORDS_IN_LINE: Final = 3

MESSAGES: Final[dict[Language, dict[str, str]]] = {"en": en.MESSAGES, "fr": fr.MESSAGES}

BADGES: Final = {"info": "🔵", "warning": "🟠", "critical": "🔴", "over": "✅"}
"""Colours that differ in brightness too; the word stands beside them."""


def supported_language(language: str) -> Language:
    """Return the language if there are texts in it, else English."""
    return "fr" if language == "fr" else "en"


def translate(language: Language, key: str, **values: object) -> str:
    """Return a string with its values set in."""
    return MESSAGES[language][key].format(**values)


def headline(incident: Incident, language: Language) -> str:
    """Return the one line of at most 110 characters: severity, brand, what is observed, and the usual value.

    A topic takes the place of the figures; where none is known, words of the mentions follow as far as there is room.
    """
    over, topic = incident.status == "resolved", topic_of(incident)
    if topic is None:
        every = incident.findings.values()
        fact = peak_text(primary(every), language) if over else current_text(leading(incident), language)
    else:
        fact = topic_text(topic, language)
    fact += _past_peak(incident, language)
    state = "over" if over else incident.severity
    badge = f"{BADGES[state]} {translate(language, state)}"
    room = HEADLINE_CHARS - width(translate(language, "line", badge=badge, brand="", fact=fact))
    brand = subject(incident, language, min(BRAND_CHARS, max(room, 12)))
    line = translate(language, "line", badge=badge, brand=brand, fact=fact)
    return _with_words(line, words_of(incident), language) or clip(line, HEADLINE_CHARS)


def _past_peak(incident: Incident, language: Language) -> str:
    """Return `, falling from 619` of an incident that is past its peak; nothing of any other."""
    course = course_of(incident)
    if course is None or course.trend != "falling":
        return ""
    return translate(language, "falling_from", peak=format_number(course.peak, language))


def course_text(course: Course, language: Language) -> str:
    """Return the count of an incident's course now: `40 negative mentions in 15 min, usually 1.3 (31×)`."""
    metric = metric_text("negative mentions" if course.negative else "mentions", language, one=course.now == 1)
    observed, window = format_number(course.now, language), format_duration(course.span, language)
    text = translate(language, "count", observed=observed, metric=metric, window=window)
    if course.expected is None:
        return text
    if course.expected < 1:
        return text + translate(language, "rarely")
    text += translate(language, "usual", expected=format_number(course.expected, language))
    ratio = format_number(course.now / course.expected, language)
    return text + (translate(language, "times", ratio=ratio) if course.now >= course.expected else "")


def threshold_text(evidence: Evidence, language: Language) -> str:
    """Return the figure at which a detector fires: `24 negative mentions in 10 min`."""
    share = evidence.metric.endswith("share")
    return translate(
        language,
        "share" if share else "count",
        observed=figure_text(evidence, evidence.threshold, language),
        metric=metric_text(evidence.metric, language) or clip(clean(evidence.metric), 30),
        window=_window(evidence, language),
    )


def figure_text(evidence: Evidence, value: float, language: Language) -> str:
    """Return a value of the metric that a detector looks at: a count, or a share in per cent."""
    return (format_percent if evidence.metric.endswith("share") else format_number)(value, language)


def _with_words(line: str, words: MentionWords | None, language: Language) -> str:
    """Return the line with as many words of the mentions as have room; nothing where none has."""
    quoted = [quoted_word(term, language) for term, _ in (words.terms[:WORDS_IN_LINE] if words else ())]
    longer = [
        translate(language, "line_words", line=line, items=", ".join(quoted[:count]))
        for count in range(len(quoted), 0, -1)
    ]
    return next((text for text in longer if width(text) <= HEADLINE_CHARS), "")


def quoted_word(term: str, language: Language) -> str:
    """Return a word of mentions in quotation marks."""
    return translate(language, "quoted", text=clip(clean(term), WORD_CHARS))


def topic_text(topic: Topic, language: Language) -> str:
    """Return what a topic is, and how many write of it: `“no food”, 41 authors in 20 min, new`."""
    return topic_line(topic, language, clip(clean(topic.label), TOPIC_CHARS))


def subject(incident: Incident, language: Language, room: int = BRAND_CHARS) -> str:
    """Return whom an incident is about within some characters: a brand, or a group and how many of its brands."""
    if len(incident.affected_brands) <= 1:
        return clip(clean(incident.affected_brands[0] if incident.affected_brands else incident.brand) or "?", room)
    count = len(incident.affected_brands)
    rest = width(translate(language, "group_incident", group="", count=count))
    return translate(
        language, "group_incident", group=clip(clean(incident.group) or "?", max(1, room - rest)), count=count
    )


def current_text(finding: Finding, language: Language) -> str:
    """Return the current figures of a finding, with the usual beside them."""
    return _finding_text(finding, finding.signal.evidence, language)


def peak_text(finding: Finding, language: Language) -> str:
    """Return the figures of a finding at its peak."""
    return _finding_text(finding, finding.peak, language)


def _finding_text(finding: Finding, evidence: Evidence, language: Language) -> str:
    """Return figures in the words of their detector: some are about a source or a topic, most about a count."""
    if finding.signal.topic is not None and is_topic(finding.signal):
        return topic_text(finding.signal.topic, language)
    if finding.signal.detector == BY_HAND:
        return reported_text(finding, language)
    if finding.signal.detector == SOURCE_STOPPED:
        return _stopped_text(finding, evidence, language)
    detector, channels = BY_NAME.get(finding.signal.detector), finding.signal.contributors.channels
    if detector is None or detector.alert_text is None or not channels:
        return evidence_text(evidence, language)
    source = clip(clean(channels[0][0]), 30)
    text = detector.alert_text[language].format(source=source, window=_window(evidence, language))
    return text + _usual(evidence, format_number, language)


def _stopped_text(finding: Finding, evidence: Evidence, language: Language) -> str:
    """Return which source is not heard, for how long, and how many others: `feed x not heard for 40 min (+1)`."""
    channels, others = finding.signal.contributors.channels, round(evidence.extra.get("sources", 1)) - 1
    source = clip(clean(channels[0][0] if channels else ""), SOURCE_CHARS)
    text = translate(language, "source_stopped", source=source, span=_window(evidence, language))
    return f"{text} (+{others})" if others > 0 else text


def reported_text(finding: Finding, language: Language) -> str:
    """Return what a person reported, quoted: `“A journalist called” (reported by hand)`."""
    examples = finding.signal.contributors.examples
    text = clip(clean(examples[0].text), REPORT_CHARS) if examples else ""
    return translate(language, "by_hand", text=text or "…")


def evidence_text(evidence: Evidence, language: Language) -> str:
    """Return figures with the usual beside them: `83 negative mentions in 10 min, usually 6 (14×)`."""
    share = evidence.metric.endswith("share")
    figure = format_percent if share else format_number
    text = translate(
        language,
        "share" if share else "count",
        observed=figure(evidence.observed, language),
        metric=_metric(evidence, language),
        window=_window(evidence, language),
    )
    text += _late(evidence, language)
    return text + _usual(evidence, figure, language) + ("" if share else _times(evidence, language))


def _late(evidence: Evidence, language: Language) -> str:
    """Return `, 31 of them late`, or nothing where most came when they were published."""
    late = evidence.extra.get("late")
    return "" if late is None else translate(language, "late", count=format_number(late, language))


def _metric(evidence: Evidence, language: Language) -> str:
    """Return what the figure is called, in the singular where it is one."""
    return metric_text(evidence.metric, language, one=evidence.observed == 1) or clip(clean(evidence.metric), 30)


def _window(evidence: Evidence, language: Language) -> str:
    return format_duration(evidence.window_end - evidence.window_start, language)


def _usual(evidence: Evidence, figure: Callable[[float, Language], str], language: Language) -> str:
    """Return `, usually 6`, or what takes its place."""
    if evidence.expected is None:
        key = "limit" if evidence.history else "no_usual"
        return translate(language, key, threshold=figure(evidence.threshold, language))
    if figure is format_number and evidence.expected < 1:
        return translate(language, "rarely")
    return translate(language, "usual", expected=figure(evidence.expected, language))


def _times(evidence: Evidence, language: Language) -> str:
    """Return ` (14×)`, or nothing where a ratio says nothing."""
    if evidence.expected is None or evidence.expected < 1 or evidence.observed < evidence.expected:
        return ""
    return translate(language, "times", ratio=format_number(excess_ratio(evidence), language))


def format_duration(ms: int, language: Language) -> str:
    """Return a length of time: `45 min`, `1 h 12 min`, `3 days`.

    >>> format_duration(4_320_000, "en"), format_duration(600_000, "fr")
    ('1 h 12 min', '10 min')
    """
    minutes = max(1, round(ms / 60_000))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return translate(language, "minutes", count=minutes)
    if hours >= 48:  # noqa: PLR2004  beyond, hours mean little
        return translate(language, "days", count=round(hours / 24))
    if not rest:
        return translate(language, "hours", count=hours)
    return translate(language, "hours_minutes", hours=hours, minutes=rest)


def notification_text(notification: Notification, language: Language) -> str:
    """Return the figures of a notification, with the brand in a group incident; once resolved, those of the peak."""
    incident = notification.incident
    finding = incident.findings[notification.detector]
    said = (peak_text if incident.status == "resolved" else current_text)(finding, language)
    return said if notification.reason == "joined" else with_brand(incident, finding, said, language)


def with_brand(incident: Incident, finding: Finding, fact: str, language: Language) -> str:
    """Return a fact with the brand that it is about, where an incident is about several."""
    if len(incident.affected_brands) <= 1:
        return fact
    return translate(language, "of_brand", brand=clip(clean(finding.signal.brand), 30), fact=fact)


def reply_values(notification: Notification, language: Language, by_person: bool) -> tuple[str, dict[str, str]]:  # noqa: FBT001
    """Return the key of what a thread reply says, with the values that hold no text from outside."""
    incident, reason = notification.incident, notification.reason
    key = {"reopened": "reopened_reply", "paged": "paged_reply"}.get(reason, reason)
    if reason == "official_reply" and not incident.history[-1].text:
        key = "official_reply_alone"
    if reason == "paged" and incident.history[-1].text:
        key = "paged_reply_about"
    if reason == "resolved" and by_person:
        key = "resolved_by"
    lasted = (incident.resolved_at or notification.happened_at) - incident.opened_at
    severity = translate(language, incident.severity).lower()
    return key, {"severity": severity, "span": format_duration(lasted, language)}


def reply_text(
    notification: Notification, language: Language, *, fact: str, actor: str = "", text: str = "", brand: str = ""
) -> str:
    """Return what a thread reply says, as one string; the texts come escaped for where it is shown."""
    key, values = reply_values(notification, language, by_person=bool(actor))
    target = translate(language, "nobody")
    return translate(language, key, **values, fact=fact, brand=brand, actor=actor, text=text, target=target)
