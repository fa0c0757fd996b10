"""Has the share of negative mentions risen above this brand's usual?"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from detectors.duration import Duration
from detectors.parameters import Switched


class Shift(Switched):
    """Parameters of the sentiment-shift detector."""

    window: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        le=timedelta(hours=3),
        description="The sliding window; larger is steadier and later [duration]",
    )
    least: int = Field(
        default=20, ge=5, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    rise: float = Field(
        default=0.15,
        ge=0.0,
        le=1.0,
        description="Least rise of the negative share above the usual; larger fires later and less [share]",
    )
    busy: float = Field(
        default=1.5,
        ge=0.0,
        le=100,
        description="Multiple of the usual volume that must go with it; larger fires less [ratio]",
    )
