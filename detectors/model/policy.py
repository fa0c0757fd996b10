"""The part of a policy that no detector owns: sensitivity, windows, the baseline, and how event time is treated."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from math import ceil
from typing import Final, Literal

from pydantic import Field

from detectors.model.duration import Duration
from detectors.model.learning import Learning
from detectors.model.parameters import Parameters, Windows

Sensitivity = Literal["low", "medium", "high"]

FALSE_ALARMS_PER_DAY: Final[dict[Sensitivity, float]] = {"low": 1 / 30, "medium": 1 / 7, "high": 1.0}
"""Promised budget of chance alarms per brand and day, all detectors together."""

PEAK_RATIO_FACTOR: Final[dict[Sensitivity, float]] = {"low": 1.2, "medium": 1.0, "high": 0.7}
"""Factor on every `peak_ratio`: real streams have bursts that no model of chance foresees."""


class CommonPolicy(Parameters):
    """Parameters that all detectors share. `detectors.policy.Policy` adds those of each detector."""

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
        description="Age, four hours at most, from which a late mention only adds to the baseline and never fires; "
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
    windows: Windows = Field(default=Windows(), description="Sliding windows of the detectors [parameters]")
    learning: Learning = Field(default=Learning(), description="How the baseline is learned [parameters]")

    @cached_property
    def lateness_minutes(self) -> int:
        """Return the allowed lateness in whole minutes, rounded up."""
        return ceil(self.lateness.total_seconds() / 60)

    @cached_property
    def open_minutes(self) -> int:
        """Return how many minutes after the last closed one are evaluated while open: the lateness and the present one.

        In a stream read in order the last closed minute is exactly so far behind the present one, however often the
        watermark advances. Rows for later minutes are buffered until then, so that a stream read ahead fires what one
        read step by step would.
        """
        return self.lateness_minutes + 1

    @cached_property
    def duplicate_horizon_minutes(self) -> int:
        """Return for how many minutes an id is remembered."""
        return round(self.duplicate_horizon.total_seconds() / 60)

    @property
    def peak_ratio_factor(self) -> float:
        """Return what every `peak_ratio` is multiplied by."""
        return PEAK_RATIO_FACTOR[self.sensitivity]

    @property
    def false_alarms_per_day(self) -> float:
        """Return the promised budget of chance alarms a day."""
        return FALSE_ALARMS_PER_DAY[self.sensitivity]
