"""What is usual for this brand at this hour?"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from detectors.duration import Duration
from detectors.parameters import Parameters


class Learning(Parameters):
    """How the usual is learned from a brand's own past."""

    warm_up: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=2),
        le=timedelta(days=14),
        description="History a brand needs before it is judged against its own past; "
        "larger relies longer on the cold-start rule and the absolute thresholds [duration]",
    )
    half_life: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=12),
        le=timedelta(days=90),
        description="Age at which an hour of history counts half; larger adapts later to a new level [duration]",
    )
    peak_half_life: Duration = Field(
        default=timedelta(days=6),
        ge=timedelta(hours=12),
        le=timedelta(days=90),
        description="Age at which a past burst counts half; larger alarms less after a big one [duration]",
    )
    relearn_after: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=3),
        le=timedelta(days=14),
        description="How long a breach must last to be taken for a new level and learned; "
        "larger keeps alarming longer after a lasting change [duration]",
    )
