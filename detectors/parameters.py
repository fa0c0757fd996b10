"""What does every detector's parameter model have in common? Frozen, no unknown keys, and a switch."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Parameters(BaseModel):
    """Values that tune, each declared once beside the maths that uses it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Switched(Parameters):
    """Parameters of a detector that can be turned off."""

    enabled: bool = Field(default=True, description="Whether this detector runs; off silences it alone [true or false]")
