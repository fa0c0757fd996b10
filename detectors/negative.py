"""Are there more negative mentions than this brand is used to?"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from detectors.duration import Duration
from detectors.parameters import Switched


class Negative(Switched):
    """Parameters of the negative-volume detector."""

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
        default=6,
        ge=1,
        le=1_000_000,
        description="Fewest negative mentions that can breach; larger fires later [mentions]",
    )
    over_peak: float = Field(
        default=1.2,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own recent negative peak that breaches; larger fires later [ratio]",
    )
    critical: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the threshold from which a finding is critical; larger escalates later [ratio]",
    )
    cold_least: int = Field(
        default=10,
        ge=1,
        le=1_000_000,
        description="Negative mentions in the short window that breach for a brand without history; "
        "larger fires later [mentions]",
    )
    cold_rise: float = Field(
        default=3.0,
        ge=1,
        le=100,
        description="Multiple of the rate seen so far that breaches for a brand without history; "
        "larger fires later [ratio]",
    )
