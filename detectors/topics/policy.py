"""Parameters of the topic detector."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from detectors.parameters import Switched
from detectors.topics.risk import CATEGORIES

PRIOR_POSTS: Final = 20.0
"""Posts that a brand's history is filled up with, so that a short one does not make everything new."""

PRIOR_UNIT: Final = 0.3
"""Of these, how many hold any one unit."""

COLD_SHARE: Final = 0.1
"""Share of posts that touch a risk category at a brand without history."""


class Topics(Switched):
    """Parameters of the topic detector."""

    surprise: float = Field(
        default=6.0,
        gt=0,
        le=60,
        description="Surprise from which what many write is a topic; larger finds fewer [minus log probability]",
    )
    paging: float = Field(
        default=8.0,
        gt=0,
        le=60,
        description="Surprise of its words from which a topic may page; larger pages less [minus log probability]",
    )
    risk: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="Surprise of a risk category from which a topic pages; larger pages less [minus log probability]",
    )
    dark: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="Surprise of its negative share from which it pages; larger pages less [minus log probability]",
    )
    least: int = Field(
        default=3,
        ge=2,
        le=10_000,
        description="Fewest voices of a topic; larger fires later and less [voices]",
    )
    share: float = Field(
        default=0.08,
        gt=0,
        le=1,
        description="Least share of the voices that must use it; larger fires later and less [share]",
    )
    many: int = Field(
        default=20,
        ge=3,
        le=10_000,
        description="Voices of a topic, of half of all and more often negative than positive, that page alone [voices]",
    )
    critical_voices: int = Field(
        default=15,
        ge=3,
        le=10_000,
        description="Voices of a topic that pages from which it is critical, where its matter is grave [voices]",
    )
    off: tuple[str, ...] = Field(
        default=(), description=f"Risk categories that do not count for this brand, of: {', '.join(CATEGORIES)}"
    )
    terms: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Further risk terms of this brand, by category"
    )
