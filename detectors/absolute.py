"""Has a limit that the brand's owner named been reached?"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from detectors.duration import Duration
from detectors.parameters import Switched


class Absolute(Switched):
    """Limits that hold whatever the brand's past says; each is off until it is given."""

    window: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=3),
        description="The sliding window the limits are about; larger fires sooner and more [duration]",
    )
    mentions: int | None = Field(
        default=None,
        ge=1,
        description="Mentions in the window that fire, none for off; larger fires later [mentions]",
    )
    negative: int | None = Field(
        default=None,
        ge=1,
        description="Negative mentions in the window that fire, none for off; larger fires later [mentions]",
    )
    negative_share: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="Share of negative mentions that fires, none for off; larger fires later [share]",
    )
    share_least: int = Field(
        default=20,
        ge=1,
        le=1_000_000,
        description="Mentions in the window from which the share is judged; larger fires later [mentions]",
    )
