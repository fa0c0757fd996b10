"""Parameters of the baseline: how it is learned from a brand's own history."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from detectors.model.duration import Duration
from detectors.model.parameters import Parameters
from detectors.model.timezone import TimeZone


class Learning(Parameters):
    """How the baseline is learned from a brand's own history."""

    warm_up: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=2),
        le=timedelta(days=14),
        description="History a brand needs before it is compared with its baseline; "
        "a larger value relies longer on the cold-start rule and the static thresholds [duration]",
    )
    half_life: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=12),
        le=timedelta(days=90),
        description="Age at which an hour of history counts half; "
        "a larger value adapts later to a new level [duration]",
    )
    peak_half_life: Duration = Field(
        default=timedelta(days=10),
        ge=timedelta(days=1),
        le=timedelta(days=90),
        description="Age at which the peak of a day counts half; a larger value remembers old bursts longer [duration]",
    )
    relearn_after: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=3),
        le=timedelta(days=14),
        description="How long a breach that does not page must last to count as a new level that is learned; "
        "a larger value keeps reporting longer after a lasting change [duration]",
    )
    relearn_crisis_after: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=3),
        le=timedelta(days=14),
        description="How long a breach that pages must last without a break to count as a new level that is learned; "
        "a larger value keeps alarming longer after a lasting change [duration]",
    )
    timezone: TimeZone = Field(
        default="UTC",
        description="Time zone of the daily and weekly cycles; the brand's own `timezone` is the default [time zone]",
    )
