"""Which detectors watch every brand? The laws in the tests hold for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors import absolute, negative, reach, shift, volume

if TYPE_CHECKING:
    from detectors.rule import Detector

ALL: Final[tuple[Detector, ...]] = (
    negative.DETECTOR,
    shift.DETECTOR,
    absolute.COUNTS,
    absolute.SHARE,
    reach.DETECTOR,
    volume.DETECTOR,
)
"""In the order in which their findings are told when several break at once: the gravest first."""

BY_NAME: Final = {detector.name: detector for detector in ALL}
