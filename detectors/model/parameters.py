"""Base classes of all parameter models: frozen, without unknown keys; a switch; the shared sliding windows."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from detectors.model.duration import Duration


class Parameters(BaseModel):
    """Values that tune, each declared once beside the maths that uses it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Switched(Parameters):
    """Parameters of a detector, which can be turned off."""

    enabled: bool = Field(
        default=True, description="Turns this detector on or off; the others keep running [true or false]"
    )


class Windows(Parameters):
    """Sliding windows of the detectors that compare counts with the baseline. The baseline learns their daily peaks."""

    short: Duration = Field(
        default=timedelta(minutes=15),
        ge=timedelta(minutes=1),
        le=timedelta(hours=1),
        description="Short sliding window; a larger value is steadier but fires later [duration]",
    )
    main: Duration = Field(
        default=timedelta(minutes=150),
        ge=timedelta(minutes=10),
        le=timedelta(hours=3),
        description="Main sliding window; a larger value is steadier but fires later [duration]",
    )
    long: Duration = Field(
        default=timedelta(hours=12),
        ge=timedelta(hours=3),
        le=timedelta(hours=24),
        description="Long window for quiet brands, in whole hours; "
        "a larger value finds weaker rises but fires later [duration]",
    )
