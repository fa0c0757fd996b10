"""Are there more mentions than this brand is used to?"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from detectors.duration import Duration
from detectors.parameters import Switched


class Volume(Switched):
    """Parameters of the volume detector."""

    fast: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=1),
        description="The short sliding window; larger is steadier and later [duration]",
    )
    window: Duration = Field(
        default=timedelta(hours=2),
        ge=timedelta(minutes=10),
        le=timedelta(hours=3),
        description="The main sliding window; larger is steadier and later [duration]",
    )
    slow: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=3),
        le=timedelta(hours=24),
        description="The long window for quiet brands, in whole hours; larger finds weaker rises later [duration]",
    )
    least: int = Field(
        default=10, ge=1, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    over_peak: float = Field(
        default=1.2,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own recent peak that breaches; larger fires later and less [ratio]",
    )
