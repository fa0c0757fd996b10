"""Texts about signals, in English and French: detector labels, figures, durations, comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.topic import Topic
    from detectors.model.wording import Metric

Language = Literal["en", "fr"]

_PHRASES: Final = {
    "en": {"in": "in", "of": " ", "limit": "limit", "usually": "usually", "no history": "no history yet"},
    "fr": {
        "in": "en",
        "of": " de ",
        "limit": "seuil",
        "usually": "d’habitude",
        "no history": "pas encore d’historique",
    },
}


def format_number(value: float, language: Language) -> str:
    """Return a number as the language writes it: thousands separated, one decimal below ten.

    >>> format_number(12345.6, "en"), format_number(4.12, "fr")
    ('12,346', '4,1')
    """
    text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 - see the docstring
    if language == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    return text


def format_percent(share: float, language: Language) -> str:
    """Return a share as a percentage."""
    return f"{share:.0%}" if language == "en" else f"{100 * share:.0f}\u00a0%"


def format_minutes(ms: int, language: Language) -> str:
    """Return a duration in minutes up to two hours; a longer one in hours where they are whole.

    >>> format_minutes(600_000, "en"), format_minutes(43_200_000, "fr")
    ('10 minutes', '12 heures')
    """
    count, unit = round(ms / 60_000), "minute"
    if count > 120 and count % 60 == 0:  # noqa: PLR2004 - see the docstring
        count, unit = count // 60, "hour" if language == "en" else "heure"
    return f"{count} {unit}{'s' if count > 1 else ''}"


def format_time_of_day(ms: int) -> str:
    """Return the time of day of an instant, UTC.

    >>> format_time_of_day(1_700_000_000_000)
    '22:13'
    """
    minute = ms // 60_000 % 1440
    return f"{minute // 60:02d}:{minute % 60:02d}"


def comparison(signal: Signal, language: Language, *metrics: Metric, against_limit: bool = False) -> str:
    """Return `83 negative mentions in 10 minutes, usually 6`, or the same of a share.

    The figure is one of `metrics`. `against_limit` is for a detector that compares with a fixed threshold: the text
    ends with `limit 50`.
    """
    evidence = signal.evidence
    share = evidence.metric.endswith("share")
    format_value = format_percent if share else format_number
    phrases = _PHRASES[language]
    metric = next((one.text[language] for one in metrics if one.name == evidence.metric), evidence.metric)
    observed = format_value(evidence.observed, language)
    what = f"{metric}{phrases['of']}{observed}" if share else f"{observed} {metric}"
    window = format_minutes(evidence.window_end - evidence.window_start, language)
    if against_limit:
        against = f"{phrases['limit']} {format_value(evidence.threshold, language)}"
    elif evidence.expected is None:
        against = phrases["no history"]
    else:
        against = f"{phrases['usually']} {format_value(evidence.expected, language)}"
    return f"{what} {phrases['in']} {window}, {against}"


def topic_line(topic: Topic, language: Language, label: str | None = None) -> str:
    """Return `“no food”, 41 authors in 20 min, new`: label, authors, minutes, and how usual it is.

    The label is untrusted; pass one that is cleaned for where it is shown.
    """
    shown, authors = topic.label if label is None else label, format_number(topic.authors, language)
    span = _topic_span(topic, language)
    if language == "fr":
        many = "auteurs" if topic.authors > 1 else "auteur"
        usual = "nouveau" if topic.ratio is None else f"{format_number(topic.ratio, language)}× d’habitude"
        return f"« {shown} », {authors} {many} en {span}, {usual}".replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    many = "authors" if topic.authors != 1 else "author"
    usual = "new" if topic.ratio is None else f"{format_number(topic.ratio, language)}× usual"
    return f"“{shown}”, {authors} {many} in {span}, {usual}"


def _topic_span(topic: Topic, language: Language) -> str:
    """Return how long a topic has been going on, in minutes up to two hours, then in hours, then in days."""
    minutes = topic.minutes
    if minutes <= 120:  # noqa: PLR2004 - see the docstring
        return f"{minutes} min"
    if minutes <= 48 * 60:
        return f"{round(minutes / 60)} h"
    days = round(minutes / 1440)
    return f"{days} days" if language == "en" else f"{days} jours"
