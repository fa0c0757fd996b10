"""Detection policy of a brand: every detector's parameters, the sensitivity, and how event time is treated."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from math import ceil
from typing import Final, Literal

from pydantic import Field

from detectors.abuse import Abuse
from detectors.high_reach import HighReach
from detectors.model.duration import Duration
from detectors.model.parameters import Parameters
from detectors.negative_burst import NegativeBurst
from detectors.negative_share import NegativeShare
from detectors.negative_spike import NegativeSpike
from detectors.no_data import NoData
from detectors.positive_spike import PositiveSpike
from detectors.sentiment_drift import SentimentDrift
from detectors.static_threshold import StaticThreshold
from detectors.stats.baseline import Learning
from detectors.volume_spike import VolumeSpike

Sensitivity = Literal["low", "medium", "high"]

FALSE_ALARMS_PER_DAY: Final[dict[Sensitivity, float]] = {"low": 1 / 30, "medium": 1 / 7, "high": 1.0}
"""Promised budget of chance alarms per brand and day, all detectors together."""

PEAK_RATIO_FACTOR: Final[dict[Sensitivity, float]] = {"low": 1.2, "medium": 1.0, "high": 0.7}
"""Factor on every `peak_ratio`: real streams have bursts that no model of chance foresees."""


class Policy(Parameters):
    """Detection policy of one brand. Frozen; equal policies give equal signals."""

    sensitivity: Sensitivity = Field(
        default="medium",
        description="Promised budget of false alarms: low = 1 a month, medium = 1 a week, high = 1 a day per brand; "
        "a higher level fires sooner and more often [level]",
    )
    lateness: Duration = Field(
        default=timedelta(minutes=2),
        ge=timedelta(0),
        le=timedelta(minutes=30),
        description="How far out of order mentions may arrive and still count in their own minute; "
        "a larger value closes minutes later [duration]",
    )
    backfill_after: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=10),
        le=timedelta(days=30),
        description="Age from which a late mention only adds to the baseline and never fires; "
        "a larger value lets older mentions fire [duration]",
    )
    duplicate_horizon: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=10),
        le=timedelta(days=14),
        description="How long a mention's id is remembered; "
        "a larger value finds later duplicates but needs more memory [duration]",
    )
    idle_timeout: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(seconds=5),
        le=timedelta(hours=1),
        description="How long a source partition may send no ticks before the watermark moves on without it; "
        "a larger value waits longer for a dead reader [duration]",
    )
    learning: Learning = Field(default=Learning(), description="How the baseline is learned [parameters]")
    static_threshold: StaticThreshold = Field(
        default=StaticThreshold(), description="Fixed thresholds on counts and on the negative share [parameters]"
    )
    volume_spike: VolumeSpike = Field(default=VolumeSpike(), description="More mentions than usual [parameters]")
    negative_spike: NegativeSpike = Field(
        default=NegativeSpike(), description="More negative mentions than usual [parameters]"
    )
    negative_burst: NegativeBurst = Field(
        default=NegativeBurst(), description="Burst of negative mentions [parameters]"
    )
    high_reach: HighReach = Field(
        default=HighReach(), description="Negative mention with a large audience [parameters]"
    )
    negative_share: NegativeShare = Field(
        default=NegativeShare(), description="Higher negative share than usual [parameters]"
    )
    sentiment_drift: SentimentDrift = Field(
        default=SentimentDrift(), description="Negative share that rises for hours [parameters]"
    )
    abuse: Abuse = Field(default=Abuse(), description="Abusive mentions [parameters]")
    no_data: NoData = Field(default=NoData(), description="No mentions from a usually busy channel [parameters]")
    positive_spike: PositiveSpike = Field(
        default=PositiveSpike(), description="More positive mentions than usual [parameters]"
    )

    @cached_property
    def lateness_minutes(self) -> int:
        """Return the allowed lateness in whole minutes, rounded up."""
        return ceil(self.lateness.total_seconds() / 60)

    @cached_property
    def open_minutes(self) -> int:
        """Return how many minutes after the last closed one are evaluated while open: the lateness and the current one.

        A stream read in order has its last closed minute exactly so far behind its current one, however often ticks
        come. Rows for later minutes are buffered until then, so a stream read ahead fires as one read in step.
        """
        return self.lateness_minutes + 1

    @cached_property
    def duplicate_horizon_minutes(self) -> int:
        """Return how many minutes an id is remembered."""
        return round(self.duplicate_horizon.total_seconds() / 60)

    @property
    def high_reach_from(self) -> int:
        """Return the reach from which a negative mention counts as high-reach."""
        return self.high_reach.min_reach

    @property
    def peak_ratio_factor(self) -> float:
        """Return the factor on every `peak_ratio`."""
        return PEAK_RATIO_FACTOR[self.sensitivity]

    @property
    def false_alarms_per_day(self) -> float:
        """Return the promised budget of chance alarms per day."""
        return FALSE_ALARMS_PER_DAY[self.sensitivity]
