"""The registered detectors: every brand is evaluated by all of them, and other packages ask here about each.

The property tests in `tests/properties/test_detectors_laws.py` hold for each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detectors import (
    abuse,
    high_reach,
    negative_burst,
    negative_share,
    negative_spike,
    no_data,
    positive_spike,
    sentiment_drift,
    static_threshold,
    topic_burst,
    volume_spike,
)

if TYPE_CHECKING:
    from detectors.base import Detector
    from detectors.model.signal_text import Language
    from detectors.model.wording import MainParameter

ALL: Final[tuple[Detector[Any], ...]] = (
    negative_spike.DETECTOR,
    negative_burst.DETECTOR,
    negative_share.DETECTOR,
    static_threshold.COUNTS,
    static_threshold.SHARE,
    abuse.DETECTOR,
    topic_burst.DETECTOR,
    sentiment_drift.DETECTOR,
    high_reach.DETECTOR,
    volume_spike.DETECTOR,
    positive_spike.DETECTOR,
    no_data.DETECTOR,
)
"""In the order in which their findings are reported when several fire at once: the most important first."""

BY_NAME: Final = {detector.name: detector for detector in ALL}

SECTIONS: Final = {detector.key: detector for detector in ALL if not detector.section}
"""Key of `detect:` → the detector that owns its parameters; others may share them."""

_METRICS: Final = {metric.name: metric for detector in ALL for metric in detector.metrics}


def label(detector: str, language: Language) -> str | None:
    """Return what a detector finds, in a few words; None for an unknown name.

    >>> label("volume_spike", "en")
    'More mentions than usual'
    """
    known = BY_NAME.get(detector)
    return None if known is None else known.label[language]


def metric_text(metric: str, language: Language, *, one: bool = False) -> str | None:
    """Return what a figure is called, in the singular for `one`; None for an unknown metric.

    >>> metric_text("negative mentions", "fr", one=True)
    'mention négative'
    """
    known = _METRICS.get(metric)
    if known is None:
        return None
    return known.one[language] if one and known.one is not None else known.text[language]


class Overridable(NamedTuple):
    """A parameter that people may override."""

    path: str  # such as `detect.volume_spike.peak_ratio`
    parameter: MainParameter


def overridable(section: str) -> tuple[Overridable, ...]:
    """Return the parameters of a section of `detect:` that may be overridden, the decisive one first."""
    known = SECTIONS.get(section)
    return tuple(Overridable(f"detect.{section}.{one.name}", one) for one in known.main_parameters) if known else ()
