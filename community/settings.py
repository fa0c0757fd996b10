"""Community settings of a brand."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Community(BaseModel):
    """Counts of who writes about a brand over 90 days. Off unless `enabled`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=False,
        description="Whether `tocsin community --follow` counts the brand's authors, by name, for 122 days.",
    )
