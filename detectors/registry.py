"""Which detectors watch every brand? The laws in the tests hold for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors import absolute, abuse, burn, negative, outcry, praise, reach, shift, silence, volume

if TYPE_CHECKING:
    from detectors.rule import Detector

ALL: Final[tuple[Detector, ...]] = (
    negative.DETECTOR,
    outcry.DETECTOR,
    shift.DETECTOR,
    absolute.COUNTS,
    absolute.SHARE,
    abuse.DETECTOR,
    burn.DETECTOR,
    reach.DETECTOR,
    volume.DETECTOR,
    praise.DETECTOR,
    silence.DETECTOR,
)
"""In the order in which their findings are told when several break at once: the gravest first."""

BY_NAME: Final = {detector.name: detector for detector in ALL}
