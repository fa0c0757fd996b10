"""What a detector says about itself in both languages: label, metric, threshold texts, and an example for the docs.

A text is a mapping from language to words. A new language fails the type check wherever a text is missing.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypedDict

Text = TypedDict("Text", {"en": str, "fr": str})  # noqa: UP013 - one line


class Metric(NamedTuple):
    """A figure that is compared with a threshold. `name` is stored in signals; `one` is its singular, if it is a count.

    The name of a share ends with `share`: it is written as a percentage.
    """

    name: str
    text: Text
    one: Text | None = None


class MainParameter(NamedTuple):
    """A parameter that people may override from Slack: `what it is; which way larger pushes [unit]`."""

    name: str
    text: Text


class Example(NamedTuple):
    """Figures of an invented alert, for the page of example lines in the documentation."""

    metric: str
    window: int  # minutes
    observed: float
    expected: float | None
    threshold: float


PEAK_RATIO: Final = MainParameter(
    "peak_ratio",
    {
        "en": "multiple of the usual daily peak; larger fires later [×]",
        "fr": "multiple du pic quotidien habituel ; plus grand, plus tard [×]",
    },
)
MIN_MENTIONS: Final = MainParameter(
    "min_mentions",
    {
        "en": "minimum mentions; larger fires later [mentions]",
        "fr": "nombre minimal de mentions ; plus grand, plus tard [mentions]",
    },
)
MIN_SHARE: Final = MainParameter(
    "min_share",
    {
        "en": "minimum share; larger fires less [0 to 1]",
        "fr": "part minimale ; plus grand, plus rare [0 à 1]",
    },
)

MENTIONS: Final = Metric("mentions", {"en": "mentions", "fr": "mentions"}, {"en": "mention", "fr": "mention"})
NEGATIVE_MENTIONS: Final = Metric(
    "negative mentions",
    {"en": "negative mentions", "fr": "mentions négatives"},
    {"en": "negative mention", "fr": "mention négative"},
)
POSITIVE_MENTIONS: Final = Metric(
    "positive mentions",
    {"en": "positive mentions", "fr": "mentions positives"},
    {"en": "positive mention", "fr": "mention positive"},
)
NEGATIVE_SHARE: Final = Metric("negative share", {"en": "negative share", "fr": "part négative"})
HIGH_REACH_MENTIONS: Final = Metric(
    "far-reaching negative mentions",
    {"en": "far-reaching negative mentions", "fr": "mentions négatives à forte audience"},
    {"en": "far-reaching negative mention", "fr": "mention négative à forte audience"},
)
