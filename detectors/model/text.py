"""Texts about signals, in English and French: detector labels, figures, durations, comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from detectors.model.signal import Signal

Language = Literal["en", "fr"]

_LABELS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "static_threshold": "Fixed threshold reached",
        "static_threshold_share": "Fixed threshold on the negative share reached",
        "volume_spike": "More mentions than usual",
        "negative_spike": "More negative mentions than usual",
        "negative_burst": "Burst of negative mentions",
        "high_reach": "Negative mention with a large audience",
        "negative_share": "Higher negative share than usual",
        "sentiment_drift": "Rising negative share",
        "abuse": "Abusive mentions",
        "no_data": "No mentions from a channel",
        "positive_spike": "More positive mentions than usual",
    },
    "fr": {
        "static_threshold": "Seuil fixe atteint",
        "static_threshold_share": "Seuil fixe de part négative atteint",
        "volume_spike": "Plus de mentions que d’habitude",
        "negative_spike": "Plus de mentions négatives que d’habitude",
        "negative_burst": "Vague de mentions négatives",
        "high_reach": "Mention négative à forte audience",
        "negative_share": "Part de mentions négatives plus élevée que d’habitude",
        "sentiment_drift": "Part de mentions négatives en hausse",
        "abuse": "Mentions injurieuses",
        "no_data": "Plus aucune mention sur un canal",
        "positive_spike": "Plus de mentions positives que d’habitude",
    },
}

_METRICS: Final = {
    "en": {},
    "fr": {
        "mentions": "mentions",
        "negative mentions": "mentions négatives",
        "negative share": "part négative",
        "positive mentions": "mentions positives",
        "abusive share": "part injurieuse",
        "far-reaching negative mentions": "mentions négatives à forte audience",
    },
}

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


def label(detector: str, language: Language) -> str | None:
    """Return the label of a detector, None where no detector has that name.

    >>> label("volume_spike", "en")
    'More mentions than usual'
    """
    return _LABELS[language].get(detector)


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


def comparison(signal: Signal, language: Language, *, against_limit: bool = False) -> str:
    """Return `83 negative mentions in 10 minutes, usually 6`, or the same of a share.

    `against_limit` is for a detector that compares with a fixed threshold: it ends with `limit 50`.
    """
    evidence = signal.evidence
    share = evidence.metric.endswith("share")
    format_value = format_percent if share else format_number
    phrases = _PHRASES[language]
    metric = _METRICS[language].get(evidence.metric, evidence.metric)
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
