"""How is a finding said to a manager, in English and in French?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from detectors.model.signal import Signal

Language = Literal["en", "fr"]

_TITLES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "static_threshold": "A limit of your own",
        "static_threshold_share": "A limit of your own on the share",
        "volume_spike": "More mentions than usual",
        "negative_spike": "More negative mentions than usual",
        "negative_burst": "A burst in a dark tone",
        "high_reach": "A negative mention seen by many",
        "negative_share": "A higher negative share than usual",
        "sentiment_drift": "A negative share that rises for hours",
        "abuse": "An abusive tone",
        "no_data": "A busy channel that falls silent",
        "positive_spike": "Unusual enthusiasm",
    },
    "fr": {
        "static_threshold": "Une limite fixée par vous",
        "static_threshold_share": "Une limite de part fixée par vous",
        "volume_spike": "Plus de mentions que d’habitude",
        "negative_spike": "Plus de mentions négatives que d’habitude",
        "negative_burst": "Une vague au ton sombre",
        "high_reach": "Une mention négative vue par beaucoup",
        "negative_share": "Une part négative plus haute que d’habitude",
        "sentiment_drift": "Une part négative qui monte depuis des heures",
        "abuse": "Un ton injurieux",
        "no_data": "Un canal actif qui se tait",
        "positive_spike": "Un enthousiasme inhabituel",
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

_WORDS: Final = {
    "en": {"in": "in", "of": " ", "limit": "limit", "usually": "usually", "no history": "no history yet"},
    "fr": {"in": "en", "of": " de ", "limit": "limite", "usually": "d’habitude", "no history": "sans historique"},
}


def label(detector: str, language: Language) -> str | None:
    """Return what a detector finds, in words, by its name; None where no detector is called so.

    >>> label("volume_spike", "en")
    'More mentions than usual'
    """
    return _TITLES[language].get(detector)


def format_number(value: float, language: Language) -> str:
    """Return a figure as it is written in that language: three digits that matter, thousands apart.

    >>> format_number(12345.6, "en"), format_number(4.12, "fr")
    ('12,346', '4,1')
    """
    text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 - as said
    if language == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    return text


def format_percent(share: float, language: Language) -> str:
    """Return a share as a percentage."""
    return f"{share:.0%}" if language == "en" else f"{100 * share:.0f}\u00a0%"


def format_minutes(ms: int, language: Language) -> str:
    """Return a length of time, in minutes up to two hours, then in hours.

    >>> format_minutes(600_000, "en"), format_minutes(43_200_000, "fr")
    ('10 minutes', '12 heures')
    """
    count, unit = round(ms / 60_000), "minute"
    if count > 120 and count % 60 == 0:  # noqa: PLR2004 - as said
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

    A detector that compares with a `named` limit rather than with the usual says `limit 50`.
    """
    evidence = signal.evidence
    share = evidence.metric.endswith("share")
    say = format_percent if share else format_number
    words = _WORDS[language]
    metric = _METRICS[language].get(evidence.metric, evidence.metric)
    observed = say(evidence.observed, language)
    what = f"{metric}{words['of']}{observed}" if share else f"{observed} {metric}"
    window = format_minutes(evidence.window_end - evidence.window_start, language)
    if against_limit:
        against = f"{words['limit']} {say(evidence.threshold, language)}"
    elif evidence.expected is None:
        against = words["no history"]
    else:
        against = f"{words['usually']} {say(evidence.expected, language)}"
    return f"{what} {words['in']} {window}, {against}"
