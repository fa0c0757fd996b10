"""What does every detector's parameter model have in common? Frozen, no unknown keys, and a switch."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from detectors.model.duration import Duration


class Parameters(BaseModel):
    """Values that tune, each declared once beside the maths that uses it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Switched(Parameters):
    """Parameters of a detector that can be turned off."""

    enabled: bool = Field(default=True, description="Whether this detector runs; off silences it alone [true or false]")


class Windowed(Switched):
    """Parameters of a detector that holds counts against the usual over sliding windows."""

    short_window: Duration = Field(
        default=timedelta(minutes=15),
        ge=timedelta(minutes=1),
        le=timedelta(hours=1),
        description="The short sliding window; larger is steadier and later [duration]",
    )
    window: Duration = Field(
        default=timedelta(minutes=150),
        ge=timedelta(minutes=10),
        le=timedelta(hours=3),
        description="The main sliding window; larger is steadier and later [duration]",
    )
    long_window: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=3),
        le=timedelta(hours=24),
        description="The long window for quiet brands, in whole hours; larger finds weaker rises later [duration]",
    )
