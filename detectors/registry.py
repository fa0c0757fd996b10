"""Registry of the detectors that watch every brand. The property tests hold for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
    volume_spike,
)

if TYPE_CHECKING:
    from detectors.base import Detector

ALL: Final[tuple[Detector, ...]] = (
    negative_spike.DETECTOR,
    negative_burst.DETECTOR,
    negative_share.DETECTOR,
    static_threshold.COUNTS,
    static_threshold.SHARE,
    abuse.DETECTOR,
    sentiment_drift.DETECTOR,
    high_reach.DETECTOR,
    volume_spike.DETECTOR,
    positive_spike.DETECTOR,
    no_data.DETECTOR,
)
"""Order of the signals when several detectors fire at once: the most severe first."""

BY_NAME: Final = {detector.name: detector for detector in ALL}
